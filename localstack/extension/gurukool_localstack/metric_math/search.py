"""Search expressions: the metrics with some names and dimensions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gurukool_localstack.metric_math.series import MathError
from gurukool_localstack.scanner import Scanner, SyntaxFaultError, Token

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"""(?P<text>"[^"]*")|(?P<sign>[{}(),=])|(?P<name>[^\s"{}(),=]+)""")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")  # of a name, as "Billed", "Duration"


@dataclass(frozen=True)
class Metric:
    namespace: str
    name: str
    dimensions: Mapping[str, str]

    def field(self, name: str) -> str | None:
        own = {"Namespace": self.namespace, "MetricName": self.name, ":aws.AccountId": None}
        return own[name] if name in own else self.dimensions.get(name)


type Matches = Callable[[Metric], bool]


def parsed(text: str) -> Matches:
    """A function that tells whether a metric is meant. Raises MathError.

    >>> errors = parsed('{AWS/Lambda,FunctionName} MetricName="Errors" NOT FunctionName="old"')
    >>> errors(Metric("AWS/Lambda", "Errors", {"FunctionName": "api"}))
    True
    """
    try:
        return _Parser(text).parse()
    except SyntaxFaultError as error:
        raise MathError(f"The search is wrong: {error}") from None


class _Parser:
    def __init__(self, text: str) -> None:
        self._scanner = Scanner(text, _TOKEN, _SPACE)

    def parse(self) -> Matches:
        schema = self._schema() if self._scanner.take("{") else None
        if self._scanner.peek().kind == "end":
            terms: Matches = lambda _metric: True  # noqa: E731
        else:
            terms = self._either()
        if self._scanner.peek().kind != "end":
            raise self._scanner.unexpected("the end")
        return lambda metric: (schema is None or schema(metric)) and terms(metric)

    def _schema(self) -> Matches:
        """A namespace, and the names of all dimensions."""
        names = [self._word()]
        while self._scanner.take(","):
            names.append(self._word())
        self._scanner.expect("}")
        namespace, *dimensions = names
        return lambda metric: metric.namespace == namespace and metric.dimensions.keys() == set(dimensions)

    def _word(self) -> str:
        if self._scanner.peek().kind not in ("text", "name"):
            raise self._scanner.unexpected("a name")
        return self._scanner.next().text

    def _either(self) -> Matches:
        parts = [self._all()]
        while self._take("OR"):
            parts.append(self._all())
        return lambda metric: any(part(metric) for part in parts)

    def _all(self) -> Matches:
        """Terms with AND, or nothing, between them."""
        parts = [self._not()]
        while self._scanner.peek().kind != "end" and not self._is(")") and not self._is("OR"):
            self._take("AND")
            parts.append(self._not())
        return lambda metric: all(part(metric) for part in parts)

    def _not(self) -> Matches:
        if self._take("NOT"):
            inner = self._not()
            return lambda metric: not inner(metric)
        if self._scanner.take("("):
            inner = self._either()
            self._scanner.expect(")")
            return inner
        return self._term()

    def _term(self) -> Matches:
        token = self._scanner.peek()
        word = self._word()
        if self._scanner.take("="):
            values = self._values()
            return lambda metric: any(_fits(metric.field(word), each) for each in values)
        if token.kind == "text":
            return lambda metric: any(word in text for text in _texts(metric))
        return lambda metric: any(_fits(text, token) for text in _texts(metric))

    def _values(self) -> list[Token]:
        """One value, or several in parentheses with OR between them."""
        if not self._scanner.take("("):
            return [self._value()]
        values = [self._value()]
        while self._take("OR"):
            values.append(self._value())
        self._scanner.expect(")")
        return values

    def _value(self) -> Token:
        token = self._scanner.peek()
        self._word()
        return token

    def _is(self, word: str) -> bool:
        token = self._scanner.peek()
        return token.kind != "text" and token.text == word

    def _take(self, word: str) -> bool:
        if self._is(word):
            self._scanner.next()
            return True
        return False


def _texts(metric: Metric) -> list[str]:
    return [metric.namespace, metric.name, *metric.dimensions, *metric.dimensions.values()]


def _fits(found: str | None, wanted: Token) -> bool:
    """Whether it is the same text, or, without quotes, has the same words somewhere."""
    if found is None or wanted.kind == "text":
        return found == wanted.text
    own = [word.lower() for word in _WORDS.findall(found)]
    return found == wanted.text or all(word.lower() in own for word in _WORDS.findall(wanted.text))
