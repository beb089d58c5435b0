"""The `Lineage` in a trace header: how often each function has been invoked in a chain of events."""

from collections import Counter
from urllib.parse import unquote

type Lineage = Counter[str]  # invocations, by a function's short name


def parse(text: str | None) -> Lineage:
    """Reads `<function>:<number>|…` and ignores anything else. SDKs may percent-encode it.

    >>> parse("5f0c:3|a1b2:1")
    Counter({'5f0c': 3, 'a1b2': 1})
    """
    invocations: Lineage = Counter()
    for part in unquote(text or "").split("|"):
        function, colon, number = part.partition(":")
        if function and colon and number.isascii() and number.isdigit():
            invocations[function] = int(number)
    return invocations


def render(invocations: Lineage) -> str:
    """The text that `parse` reads."""
    return "|".join(f"{function}:{number}" for function, number in invocations.items())
