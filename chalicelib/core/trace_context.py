"""The trace that a request belongs to, as `traceparent` carries it (https://www.w3.org/TR/trace-context/)."""

import re
from typing import NamedTuple, Self

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1  # a flag


class TraceContext(NamedTuple):
    """A place in a trace: what is done next is a child of the span with this id."""

    trace_id: str  # 32 hexadecimal digits
    span_id: str  # 16
    sampled: bool

    @classmethod
    def parse(cls, header: str | None) -> Self | None:
        """None for a header that is not valid: as the standard says, it is ignored, and refuses no call.

        >>> TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").sampled
        True
        >>> TraceContext.parse("00-" + 32 * "0" + "-b7ad6b7169203331-01") is None
        True
        """
        found = _FORM.fullmatch((header or "").strip())
        if not found:
            return None
        version, trace_id, span_id, flags, more = found.groups()
        known = version != "ff" and not (version == "00" and more)  # a later version may have more parts
        if not known or not (int(trace_id, 16) and int(span_id, 16)):
            return None
        return cls(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))

    @property
    def header(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def trace_id_of(header: str | None) -> str | None:
    """The id of the trace that a stored header names."""
    context = TraceContext.parse(header)
    return context.trace_id if context else None
