"""Reads the words, numbers and signs of a query."""

import re

from gurukool_localstack import scanner
from gurukool_localstack.scanner import SyntaxFaultError

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
_GROUP = re.compile(r"\(\?<(?=\w)")


class Scanner(scanner.Scanner):
    """The tokens of a query, one after the other."""

    def __init__(self, query: str) -> None:
        super().__init__(query, _TOKEN, _SPACE)

    def regular_expression(self) -> re.Pattern[str] | None:
        """The regular expression between slashes, if one is next."""
        match = _EXPRESSION.match(self._text, self._start())
        if match is None:
            return None
        self._at = match.end()
        try:
            return re.compile(_GROUP.sub("(?P<", match[1].replace("\\/", "/")))
        except re.error as error:
            raise SyntaxFaultError(f"The regular expression is wrong: {error}.", *match.span()) from None
