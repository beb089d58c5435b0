"""The header `traceparent`, by its standard: what is valid is taken, anything else is ignored."""

import pytest

from chalicelib.core.trace_context import TraceContext, trace_id_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    ("header", "sampled"),
    [
        (f"00-{TRACE}-{SPAN}-01", True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"  00-{TRACE}-{SPAN}-03 ", True),  # unknown flags are left out
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_a_valid_header_is_a_place_in_a_trace(header: str, sampled: bool) -> None:
    context = TraceContext.parse(header)

    assert context == (TRACE, SPAN, sampled)
    assert context.header == f"00-{TRACE}-{SPAN}-0{int(sampled)}"
    assert TraceContext.parse(context.header) == context
    assert trace_id_of(header) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "no trace",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01.",
        f"cc-{TRACE}-{SPAN}-01.what",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-0\N{FULLWIDTH DIGIT ONE}",
    ],
)
def test_any_other_header_is_ignored(header: str | None) -> None:
    assert TraceContext.parse(header) is None
    assert trace_id_of(header) is None
