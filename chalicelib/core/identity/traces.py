"""What administrators are shown of a trace."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class TracedSpan(NamedTuple):
    """A part of a trace that took time. Moments are milliseconds since 1970."""

    id: str
    parent_id: str | None
    service: str
    name: str
    begun: float
    ended: float
    failed: bool
    attributes: Mapping[str, str | int | float | bool]


class Traces(Protocol):
    """The traces that the deployment has recorded."""

    def read(self, trace_id: str) -> Sequence[TracedSpan]:
        """The spans of a trace, in any order. `trace_id`: 32 hexadecimal digits.

        Raises UnavailableError, and NotFoundError if there is none, or none that can be read.
        """
        ...


def waterfall(spans: Sequence[TracedSpan]) -> Iterator[tuple[int, TracedSpan]]:
    """Each span with its depth: parts below the whole, otherwise in the order in which they began.

    A span whose parent is not among them is at the top, with depth 0.
    """
    known = {span.id for span in spans}
    children: dict[str | None, list[TracedSpan]] = {}
    for span in sorted(spans, key=lambda span: (span.begun, span.ended)):
        parent = span.parent_id if span.parent_id in known else None
        children.setdefault(parent, []).append(span)

    left = [(0, span) for span in reversed(children.pop(None, []))]
    while left:
        depth, span = left.pop()
        yield depth, span
        left += [(depth + 1, part) for part in reversed(children.pop(span.id, []))]
