"""Filter patterns in brackets, for log lines whose fields have spaces between them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForSpaceDelimited.html
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gurukool_localstack.scanner import Scanner, SyntaxFaultError, Token

type Condition = Callable[[str], bool]

_FIELD = re.compile(r'\[([^\]]*)\]|"([^"]*)"|(\S+)')  # of a log line; brackets and quotes do not belong to it
_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")|%(?P<quoted>[^%]+)%|(?P<sign>\.\.\.|&&|\|\||!=|<=|>=|[=<>()\[\],])"""
    r"""|(?P<name>[^\s()=<>!&|",%\[\]]+)"""
)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARISONS = ("=", "!=", *_ORDERS)


@dataclass(frozen=True)
class Field:
    name: str
    condition: Condition


@dataclass(frozen=True)
class SpacePattern:
    """The fields before and behind an ellipsis, which stands for any number of others."""

    before: list[Field]
    behind: list[Field]
    has_ellipsis: bool

    def fields(self, line: str) -> dict[str, str] | None:
        """The fields of the line by name; None if it does not match."""
        values = ["".join(groups) for groups in _FIELD.findall(line)]
        wanted = len(self.before) + len(self.behind)
        if len(values) < wanted or (len(values) > wanted and not self.has_ellipsis):
            return None
        pairs = [
            *zip(self.before, values, strict=False),
            *zip(self.behind, values[len(values) - len(self.behind) :], strict=True),
        ]
        if all(field.condition(value) for field, value in pairs):
            return {field.name: value for field, value in pairs}
        return None


def parsed(text: str) -> SpacePattern:
    """The pattern. Raises SyntaxFaultError.

    >>> parsed("[ip, ..., code = 4*, bytes > 100]").fields('1.2.3.4 - "GET /a b" 404 200')
    {'ip': '1.2.3.4', 'code': '404', 'bytes': '200'}
    """
    scanner = Scanner(text, _TOKEN, _SPACE)
    scanner.expect("[")
    parts: list[list[Field]] = [[]]
    while True:
        if scanner.take("..."):
            parts.append([])
        else:
            parts[-1].append(_field(scanner))
        if scanner.expect(",", "]").text == "]":
            break
    if scanner.peek().kind != "end" or len(parts) > 2:  # noqa: PLR2004  (what is before and behind)
        raise scanner.unexpected("the end, and at most one ellipsis")
    return SpacePattern(parts[0], parts[-1] if len(parts) > 1 else [], len(parts) > 1)


def _field(scanner: Scanner) -> Field:
    """A name, or a condition in which the field has the same name everywhere."""
    names: set[str] = set()
    condition = _either(scanner, names)
    if len(names) != 1:
        raise scanner.unexpected("a condition on one field")
    return Field(names.pop(), condition)


def _either(scanner: Scanner, names: set[str]) -> Condition:
    parts = [_all(scanner, names)]
    while scanner.take("||"):
        parts.append(_all(scanner, names))
    return lambda value: any(part(value) for part in parts)


def _all(scanner: Scanner, names: set[str]) -> Condition:
    parts = [_one(scanner, names)]
    while scanner.take("&&"):
        parts.append(_one(scanner, names))
    return lambda value: all(part(value) for part in parts)


def _one(scanner: Scanner, names: set[str]) -> Condition:
    if scanner.take("("):
        condition = _either(scanner, names)
        scanner.expect(")")
        return condition
    names.add(scanner.name())
    sign = scanner.take(*_COMPARISONS)
    if sign is None:
        return lambda _value: True
    wanted = scanner.next()
    if wanted.kind == "quoted" and sign.text in ("=", "!="):
        expression, expected = _compiled(wanted), sign.text == "="
        return lambda value: (expression.search(value) is not None) is expected
    if wanted.kind not in ("name", "text"):
        raise SyntaxFaultError("A value was expected.", wanted.at, wanted.end)
    if sign.text in ("=", "!="):
        return lambda value: _equals(value, wanted.text) is (sign.text == "=")
    limit = _number(wanted.text)
    if limit is None:
        raise SyntaxFaultError("A number was expected.", wanted.at, wanted.end)
    compare = _ORDERS[sign.text]
    return lambda value: (number := _number(value)) is not None and compare(number, limit)


def _compiled(token: Token) -> re.Pattern[str]:
    try:
        return re.compile(token.text)
    except re.error as error:
        raise SyntaxFaultError(
            f"{token.text!r} is no regular expression: {error}", token.at, token.end
        ) from None


def _equals(value: str, wanted: str) -> bool:
    number = _number(wanted)
    if number is not None and (found := _number(value)) is not None:
        return found == number
    return fnmatchcase(value, wanted.replace("[", "[[]").replace("?", "[?]"))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
