"""The `Lineage` of a trace header: how often each function was invoked in the chain of events so far."""

from collections import Counter
from urllib.parse import unquote

type Lineage = Counter[str]  # invocations, by a function's short name


def parse(text: str | None) -> Lineage:
    """`<function>:<number>|…`; anything else in it is ignored. SDKs may send it percent-encoded."""
    invocations: Lineage = Counter()
    for part in unquote(text or "").split("|"):
        function, colon, number = part.partition(":")
        if function and colon and number.isascii() and number.isdigit():
            invocations[function] = int(number)
    return invocations


def render(invocations: Lineage) -> str:
    return "|".join(f"{function}:{number}" for function, number in invocations.items())
