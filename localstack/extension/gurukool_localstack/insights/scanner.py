"""Reads the words, numbers and signs of a query."""

import re
from dataclasses import dataclass

_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|`(?P<quoted>[^`]+)`"""
    r"""|(?P<name>[@A-Za-z_][\w@.]*)"""
    r"""|(?P<sign>=~|!=|<=|>=|[=<>()\[\],|*+\-/^%])""",
    re.DOTALL,
)
_EXPRESSION = re.compile(r"/((?:[^/\\\n]|\\.)+)/")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_GROUP = re.compile(r"\(\?<(?=\w)")


class QueryError(ValueError):
    """The query is none, or has a part that is not supported; `at` and `end` say where."""

    def __init__(self, message: str, at: int, end: int) -> None:
        super().__init__(message)
        self.at = at
        self.end = end


@dataclass(frozen=True)
class Token:
    kind: str  # text, number, quoted, name, sign or end
    text: str
    at: int
    end: int

    def is_(self, *words: str) -> bool:
        """Whether it is one of these signs, or of these words in any case."""
        return self.kind in ("sign", "name") and self.text.lower() in words


class Scanner:
    """The tokens of a query, one after the other."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0

    def peek(self) -> Token:
        start = self._start()
        if start == len(self._query):
            return Token("end", "", start, start)
        match = _TOKEN.match(self._query, start)
        if match is None:
            raise QueryError(f"{self._query[start]!r} was not expected here.", start, start + 1)
        assert match.lastgroup is not None  # noqa: S101  (one of the alternatives has matched)
        text = match[match.lastgroup]
        if match.lastgroup == "text":
            text = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), text[1:-1])
        return Token(match.lastgroup, text, start, match.end())

    def next(self) -> Token:
        token = self.peek()
        self._at = token.end
        return token

    def take(self, *words: str) -> Token | None:
        """The next token, if it is one of these words or signs."""
        return self.next() if self.peek().is_(*words) else None

    def expect(self, *words: str) -> Token:
        if token := self.take(*words):
            return token
        raise self.unexpected(" or ".join(words))

    def name(self) -> str:
        """The next token, which is the name of a field."""
        if self.peek().kind not in ("name", "quoted"):
            raise self.unexpected("the name of a field")
        return self.next().text

    def whole_number(self) -> int:
        if not self.peek().text.isdecimal():
            raise self.unexpected("a whole number")
        return int(self.next().text)

    def regular_expression(self) -> re.Pattern[str] | None:
        """The regular expression between slashes, if one is next."""
        match = _EXPRESSION.match(self._query, self._start())
        if match is None:
            return None
        self._at = match.end()
        try:
            return re.compile(_GROUP.sub("(?P<", match[1].replace("\\/", "/")))
        except re.error as error:
            raise QueryError(f"The regular expression is wrong: {error}.", *match.span()) from None

    def unexpected(self, wanted: str) -> QueryError:
        token = self.peek()
        found = repr(token.text) if token.kind != "end" else "the end of the query"
        return QueryError(f"{wanted} was expected instead of {found}.", token.at, token.end)

    def since(self, at: int) -> str:
        """The query's text from a place to here, as results name an expression without an alias."""
        return self._query[at : self._at].strip()

    def _start(self) -> int:
        match = _SPACE.match(self._query, self._at)
        return self._at if match is None else match.end()
