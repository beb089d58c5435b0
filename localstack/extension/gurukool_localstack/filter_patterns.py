"""Filter patterns of CloudWatch Logs: terms, conditions on JSON, and fields with spaces between them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import functools
import json
import operator
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from gurukool_localstack import space_patterns
from gurukool_localstack.scanner import SyntaxFaultError

type Matches = Callable[[str], bool]
type Condition = Callable[[Any], bool]

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))')
_STEP = re.compile(r"""\.([\w-]+)|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\]""")
_TOKEN = re.compile(
    r"""\s*(?:(?P<path>\$(?:\.[\w-]+|\[\d+\]|\["[^"]+"\]|\['[^']+'\])*)|(?P<sign>&&|\|\||[()]|!=|<=|>=|[=<>])"""
    r"""|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()=<>!&|"$]+))"""
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONSTANTS = {"NULL": None, "TRUE": True, "FALSE": False}
_MISSING = object()


class PatternError(ValueError):
    """The pattern is none, or one that is not supported."""


def compiled(pattern: str) -> Matches:
    """A function that tells whether a message matches. Raises PatternError.

    >>> compiled('{ $.level = "ERROR" && $.code >= 500 }')('{"level": "ERROR", "code": 503}')
    True
    >>> compiled("?ERROR ?WARN")("[WARN] slow"), compiled("ERROR -slow")("ERROR slow")
    (True, False)
    """
    text = pattern.strip()
    if text.startswith("["):
        return _space_pattern(text)
    if text.startswith("{"):
        return _json_pattern(text)
    return _terms(text)


def value_in(message: str, pattern: str, selector: str) -> Any:
    """What a metric filter takes out of a message that matches its pattern; None if it is not there.

    The selector is `$.path` for JSON, or `$name` for a field of a pattern in brackets.

    >>> value_in('{"a": {"b": 5}}', "{ $.a.b > 1 }", "$.a.b"), value_in("GET 404", "[verb, code]", "$code")
    (5, '404')
    """
    text = pattern.strip()
    if text.startswith("["):
        return (_spaced(text).fields(message) or {}).get(selector.removeprefix("$"))
    try:
        found = _found(json.loads(message), selector)
    except (ValueError, RecursionError):
        return None
    return None if found is _MISSING else found


def _space_pattern(text: str) -> Matches:
    spaced = _spaced(text)
    return lambda message: spaced.fields(message) is not None


@functools.cache
def _spaced(text: str) -> space_patterns.SpacePattern:
    try:
        return space_patterns.parsed(text)
    except SyntaxFaultError as error:
        raise PatternError(f"{error} (at {error.at})") from None


def _terms(text: str) -> Matches:
    kinds: dict[str, list[Matches]] = {"": [], "?": [], "-": []}
    for kind, quoted, expression, word in _TERM.findall(text):
        kinds[kind].append(_term(quoted or word, expression))
    required, optional, excluded = kinds[""], kinds["?"], kinds["-"]

    def matches(message: str) -> bool:
        if any(term(message) for term in excluded):
            return False
        if required or not optional:  # beside other terms, those with a "?" say nothing
            return all(term(message) for term in required)
        return any(term(message) for term in optional)

    return matches


def _term(word: str, expression: str) -> Matches:
    if expression:
        try:
            compiled_expression = re.compile(expression)
        except re.error as error:
            raise PatternError(f"{expression!r} is no regular expression: {error}") from None
        return lambda message: bool(compiled_expression.search(message))
    return lambda message: word in message


def _json_pattern(text: str) -> Matches:
    if not text.endswith("}"):
        raise PatternError("A pattern for JSON ends with a brace.")
    condition = _Parser(text[1:-1]).parse()

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return condition(document)

    return matches


class _Parser:
    """Reads conditions with `&&`, `||` and parentheses."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))

    def parse(self) -> Condition:
        condition = self._any()
        if self._tokens:
            raise PatternError(f"{self._tokens[0][1]!r} was not expected.")
        return condition

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._take("||"):
            parts.append(self._all())
        return lambda document: any(part(document) for part in parts)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take("&&"):
            parts.append(self._one())
        return lambda document: all(part(document) for part in parts)

    def _one(self) -> Condition:
        if self._take("("):
            condition = self._any()
            if not self._take(")"):
                raise PatternError("A parenthesis is not closed.")
            return condition
        kind, path = self._next()
        if kind != "path":
            raise PatternError(f"{path!r} does not begin with $.")
        return self._comparison(path)

    def _comparison(self, path: str) -> Condition:
        sign = self._next()[1]
        if sign == "IS":
            constant = self._next()[1].upper()
            if constant not in _CONSTANTS:
                raise PatternError(f"{constant!r} is not NULL, TRUE or FALSE.")
            return lambda document: _found(document, path) is _CONSTANTS[constant]
        if sign == "NOT":
            self._next()  # EXISTS
            return lambda document: _found(document, path) is _MISSING
        kind, value = self._next()
        return lambda document: _compares(_found(document, path), sign, value, is_text=kind == "text")

    def _take(self, sign: str) -> bool:
        if self._tokens and self._tokens[0] == ("sign", sign):
            del self._tokens[0]
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise PatternError("The pattern ends too early.")
        return self._tokens.pop(0)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, text = 0, text.rstrip()
    while at < len(text):
        if not (match := _TOKEN.match(text, at)):
            raise PatternError(f"{text[at:]!r} is not understood.")
        assert match.lastgroup is not None  # noqa: S101  (one of the alternatives has matched)
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


def _found(document: Any, path: str) -> Any:
    """The value at `$.a.b[0]["c d"]`, or _MISSING."""
    for groups in _STEP.findall(path):
        key = "".join(groups)  # one of them has matched
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, TypeError, ValueError):
            return _MISSING
    return document


def _compares(found: Any, sign: str, value: str, *, is_text: bool) -> bool:
    if found is _MISSING:
        return False
    if sign in ("=", "!="):
        return _equals(found, value, is_text=is_text) == (sign == "=")
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    try:
        return _COMPARISONS[sign](found, float(value))
    except (KeyError, ValueError):
        raise PatternError(f"{sign} {value} is not understood.") from None


def _equals(found: Any, value: str, *, is_text: bool) -> bool:
    if isinstance(found, str):
        return fnmatchcase(found, value.replace("[", "[[]"))
    if is_text or isinstance(found, bool) or not isinstance(found, int | float):
        return False
    try:
        return found == float(value)
    except ValueError:
        return False
