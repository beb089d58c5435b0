"""Reads the words, numbers and signs of a small language."""

import re
from dataclasses import dataclass

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class SyntaxFaultError(ValueError):
    """The text has a fault, or a part that is not supported; `at` and `end` say where."""

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
    """The tokens of a text, one after the other.

    `token` matches one of them in a group named text (in quotes), number, quoted (the name of a field), name
    or sign; `space` matches what may stand before it, which may be nothing.
    """

    def __init__(self, text: str, token: re.Pattern[str], space: re.Pattern[str]) -> None:
        self._text = text
        self._token = token
        self._space = space
        self._at = 0

    def peek(self) -> Token:
        start = self._start()
        if start == len(self._text):
            return Token("end", "", start, start)
        match = self._token.match(self._text, start)
        if match is None:
            raise SyntaxFaultError(f"{self._text[start]!r} was not expected here.", start, start + 1)
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

    def unexpected(self, wanted: str) -> SyntaxFaultError:
        token = self.peek()
        found = repr(token.text) if token.kind != "end" else "the end"
        return SyntaxFaultError(f"{wanted} was expected instead of {found}.", token.at, token.end)

    def since(self, at: int) -> str:
        """The text from a place to here, without spaces around it."""
        return self._text[at : self._at].strip()

    def _start(self) -> int:
        match = self._space.match(self._text, self._at)
        return self._at if match is None else match.end()
