"""Reads the expressions of metric math."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gurukool_localstack.metric_math import functions
from gurukool_localstack.metric_math.functions import Scope
from gurukool_localstack.metric_math.operators import combined
from gurukool_localstack.metric_math.series import MathError, Operand, Series
from gurukool_localstack.scanner import Scanner, SyntaxFaultError, Token

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<sign>==|!=|<=|>=|&&|\|\||[<>()\[\],+\-*/^])"""
)
# From the weakest to the strongest; AND and OR are other ways to write && and ||.
_LEVELS = (("||", "or"), ("&&", "and"), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"), ("^",))
_WORDS = {"or": "||", "and": "&&"}


@dataclass(frozen=True)
class Names:
    """What the names in an expression mean. `value` raises KeyError for a name that is none."""

    value: Callable[[str], Operand]
    scope: Scope


type Expression = Callable[[Names], Operand]


@dataclass(frozen=True)
class Parsed:
    evaluate: Expression
    functions: frozenset[str]  # the functions that it calls, in capitals


def parsed(text: str) -> Parsed:
    """The expression. Raises MathError.

    >>> m1 = Series("errors", 60, {0: 1.0, 60: 3.0})
    >>> scope = Scope(0, 120, {"m1": m1}, lambda *_: [])
    >>> parsed("100 * m1 / SUM(m1)").evaluate(Names({"m1": m1}.__getitem__, scope)).points
    {0: 25.0, 60: 75.0}
    """
    try:
        return _Parser(text).parse()
    except SyntaxFaultError as error:
        raise MathError(f"{error} (at {error.at})") from None


class _Parser:
    def __init__(self, text: str) -> None:
        self._scanner = Scanner(text, _TOKEN, _SPACE)
        self._called: set[str] = set()

    def parse(self) -> Parsed:
        expression = self._level(0)
        if self._scanner.peek().kind != "end":
            raise self._scanner.unexpected("the end")
        return Parsed(expression, frozenset(self._called))

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._sign()
        result = self._level(level + 1)
        while token := self._scanner.take(*_LEVELS[level]):
            sign = token.text.lower()
            result = _applied(_WORDS.get(sign, sign), result, self._level(level + 1))
        return result

    def _sign(self) -> Expression:
        if self._scanner.take("-"):
            return _applied("-", lambda _names: 0.0, self._sign())
        return self._primary()

    def _primary(self) -> Expression:
        if self._scanner.take("("):
            inner = self._level(0)
            self._scanner.expect(")")
            return inner
        if self._scanner.take("["):
            return _listed(self._list("]"))
        token = self._scanner.next()
        if token.kind == "name":
            return self._name(token)
        if token.kind not in ("number", "text"):
            raise SyntaxFaultError("A metric, a number or a function was expected.", token.at, token.end)
        value = float(token.text) if token.kind == "number" else token.text
        return lambda _names: value

    def _name(self, token: Token) -> Expression:
        """A function with its arguments, an option, a metric, or another expression."""
        if self._scanner.take("("):
            arguments = self._list(")")
            self._called.add(token.text.upper())
            return lambda names: functions.call(
                token.text, names.scope, [argument(names) for argument in arguments]
            )
        if token.text in functions.OPTIONS:
            return lambda _names: token.text
        return _named(token.text)

    def _list(self, end: str) -> list[Expression]:
        if self._scanner.take(end):
            return []
        members = [self._level(0)]
        while self._scanner.take(","):
            members.append(self._level(0))
        self._scanner.expect(end)
        return members


def _applied(sign: str, left: Expression, right: Expression) -> Expression:
    return lambda names: combined(sign, left(names), right(names))


def _named(name: str) -> Expression:
    def value(names: Names) -> Operand:
        try:
            return names.value(name)
        except KeyError:
            raise MathError(f"There is no metric and no expression {name}.") from None

    return value


def _listed(members: list[Expression]) -> Expression:
    def series(names: Names) -> Operand:
        found: list[Series] = []
        for member in members:
            operand = member(names)
            if isinstance(operand, Series):
                found.append(operand)
            elif isinstance(operand, list):
                found += operand
            else:
                raise MathError("A list has time series only.")
        return found

    return series
