"""Reads the expressions of a query and makes functions of them."""

import re
from collections.abc import Callable, Mapping

from gurukool_localstack.insights import functions
from gurukool_localstack.insights.aggregates import AGGREGATES, Aggregate
from gurukool_localstack.insights.scanner import Scanner
from gurukool_localstack.insights.values import Value, is_equal, number, order, written
from gurukool_localstack.scanner import SyntaxFaultError, Token

type Row = Mapping[str, Value]
type Expression = Callable[[Row], Value]

_CONSTANTS = {"true": 1, "false": 0}  # as log events have them: a Boolean of JSON is a number here
_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda found: found < 0,
    "<=": lambda found: found <= 0,
    ">": lambda found: found > 0,
    ">=": lambda found: found >= 0,
}


def is_true(value: Value) -> bool:
    return bool(number(value))


class Expressions:
    """The expressions of one command. In `stats`, it collects the functions of groups that they call."""

    def __init__(self, scanner: Scanner, *, of_groups: bool = False) -> None:
        self._scanner = scanner
        self._of_groups = of_groups
        self.aggregates: dict[str, Aggregate] = {}

    def parse(self) -> Expression:
        """Reads an expression. Raises SyntaxFaultError."""
        return self._either()

    def _either(self) -> Expression:
        parts = [self._all()]
        while self._scanner.take("or"):
            parts.append(self._all())
        if len(parts) == 1:
            return parts[0]
        return lambda row: int(any(is_true(part(row)) for part in parts))

    def _all(self) -> Expression:
        parts = [self._not()]
        while self._scanner.take("and"):
            parts.append(self._not())
        if len(parts) == 1:
            return parts[0]
        return lambda row: int(all(is_true(part(row)) for part in parts))

    def _not(self) -> Expression:
        if self._scanner.take("not"):
            operand = self._not()
            return lambda row: int(not is_true(operand(row)))
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        if sign := self._scanner.take("=", "!="):
            right, wanted = self._sum(), sign.text == "="
            return lambda row: int(is_equal(left(row), right(row)) is wanted)
        if sign := self._scanner.take(*_ORDERS):
            right, holds = self._sum(), _ORDERS[sign.text]
            return lambda row: int((found := order(left(row), right(row))) is not None and holds(found))
        negated = self._scanner.take("not") is not None
        if self._scanner.peek().is_("like", "=~"):
            found = self._likeness(left)
        elif self._scanner.take("in"):
            found = self._membership(left)
        elif negated:
            raise self._scanner.unexpected("like or in")
        else:
            return left
        return (lambda row: int(not found(row))) if negated else found

    def _likeness(self, left: Expression) -> Expression:
        sign = self._scanner.next()
        if expression := self._scanner.regular_expression():
            return lambda row: int(_matches(expression, left(row)))
        if self._scanner.peek().kind != "text" or sign.text == "=~":
            raise self._scanner.unexpected(
                "a regular expression between slashes, or for like a text in quotes"
            )
        part = self._scanner.next().text
        return lambda row: int((value := left(row)) is not None and part in written(value))

    def _membership(self, left: Expression) -> Expression:
        self._scanner.expect("[")
        members = self._list("]")
        return lambda row: int(any(is_equal(left(row), member(row)) for member in members))

    def _list(self, end: str) -> list[Expression]:
        """Expressions with commas between them, to the sign that ends the list."""
        if self._scanner.take(end):
            return []
        members = [self.parse()]
        while self._scanner.take(","):
            members.append(self.parse())
        self._scanner.expect(end)
        return members

    def _sum(self) -> Expression:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Expression:
        return self._chain(self._power, "*", "/", "%")

    def _power(self) -> Expression:
        return self._chain(self._sign, "^")

    def _chain(self, operand: Callable[[], Expression], *signs: str) -> Expression:
        result = operand()
        while sign := self._scanner.take(*signs):
            result = _combined(sign.text, result, operand())
        return result

    def _sign(self) -> Expression:
        if self._scanner.take("-"):
            operand = self._sign()
            return lambda row: functions.arithmetic("-", 0, operand(row))
        return self._primary()

    def _primary(self) -> Expression:
        if self._scanner.take("("):
            inner = self.parse()
            self._scanner.expect(")")
            return inner
        token = self._scanner.peek()
        if token.kind == "number":
            self._scanner.next()
            value = number(token.text) if "." in token.text or "e" in token.text.lower() else int(token.text)
            return lambda _row: value
        if token.kind == "text":
            self._scanner.next()
            return lambda _row: token.text
        name = self._scanner.name()
        if token.kind == "name" and self._scanner.take("("):
            return self._call(token)
        if token.kind == "name" and name.lower() in _CONSTANTS:
            return lambda _row: _CONSTANTS[name.lower()]
        return lambda row: row.get(name)

    def _call(self, token: Token) -> Expression:
        name = token.text.lower()
        if name == "bin":
            period, text = self._period(), self._scanner.since(token.at)
            return lambda row: row.get(text, functions.floored(row.get("@timestamp"), period))
        if name in ("datefloor", "dateceil"):
            at = self.parse()
            self._scanner.expect(",")
            period, rounded = self._period(), functions.floored if name == "datefloor" else functions.ceiled
            return lambda row: rounded(at(row), period)
        if name in AGGREGATES:
            return self._aggregate(token)
        if name not in functions.FUNCTIONS:
            raise SyntaxFaultError(
                f"The local cloud does not know the function {token.text}.", token.at, token.end
            )
        function, arguments = functions.FUNCTIONS[name], self._list(")")
        _check_count(token, len(arguments), function.least, function.most)
        return lambda row: function.call([argument(row) for argument in arguments])

    def _period(self) -> int:
        """A time such as 5m, in milliseconds, and the parenthesis behind it."""
        count = self._scanner.whole_number()
        unit = self._scanner.next()
        milliseconds = functions.UNITS.get(unit.text, functions.UNITS.get(unit.text.removesuffix("s")))
        if milliseconds is None or count < 1:
            raise SyntaxFaultError("The local cloud knows no such period.", unit.at, unit.end)
        self._scanner.expect(")")
        return count * milliseconds

    def _aggregate(self, token: Token) -> Expression:
        if not self._of_groups:
            message = f"{token.text} is for the command stats, and not for another of its kind."
            raise SyntaxFaultError(message, token.at, token.end)
        kind = AGGREGATES[token.text.lower()]
        if token.text.lower() == "count" and self._scanner.take("*"):
            self._scanner.expect(")")
            arguments = []
        else:
            self._of_groups = False
            arguments = self._list(")")
            self._of_groups = True
        _check_count(token, len(arguments), kind.least, kind.most)
        key = f" {token.at}"  # no field has a space at its beginning
        self.aggregates[key] = Aggregate(kind, arguments)
        return lambda row: row.get(key)


def _combined(sign: str, left: Expression, right: Expression) -> Expression:
    return lambda row: functions.arithmetic(sign, left(row), right(row))


def _matches(expression: re.Pattern[str], value: Value) -> bool:
    return value is not None and expression.search(written(value)) is not None


def _check_count(token: Token, count: int, least: int, most: int | None) -> None:
    if count < least or (most is not None and count > most):
        raise SyntaxFaultError(f"{token.text} does not take {count} values.", token.at, token.end)
