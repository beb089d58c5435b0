"""The waterfalls of `make traces`."""

from typing import Any

import pytest

from local_cloud import traces
from local_cloud.errors import LocalCloudError


def span(name: str, begun: float, ended: float, parent: str | None = None, **more: Any) -> dict[str, Any]:
    own = {"service": "worker", "failed": False, "attributes": {"seq": 7}, "trace_id": "t1", **more}
    return {"id": name, "parent_id": parent, "name": name, "begun": begun, "ended": ended, **own}


def test_parts_are_below_the_whole_and_bars_where_they_were() -> None:
    spans = [
        span("step", 60, 100, "attempt"),
        span("attempt", 50, 100, "call", failed=True),
        span("call", 0, 10, "unknown"),
        span("wait", 10, 50, "call"),
    ]

    heading, *rows = [row.plain for row in traces.waterfall(spans)]

    assert heading.endswith("trace t1  100 ms")
    assert [row[:34].rstrip() for row in rows] == ["call", "  wait", "  attempt", "    step"]
    bars = [row[35 : 35 + traces.BAR] for row in rows]
    assert [(len(bar) - len(bar.lstrip()), bar.count("█")) for bar in bars] == [
        (0, 4),
        (4, 16),
        (20, 20),
        (24, 16),
    ]
    assert rows[3].split("█")[-1].split() == ["40.0", "ms", "worker", "seq=7"]


def test_spans_that_name_each_other_as_parents_end_nothing() -> None:
    assert len(list(traces.waterfall([span("a", 0, 1, "b"), span("b", 0, 1, "a"), span("c", 0, 1)]))) == 2


def test_traces_come_in_the_order_in_which_they_began() -> None:
    found = traces.traces([span("b", 5, 6), span("a", 1, 9, trace_id="t2"), span("c", 3, 4)])

    assert [[each["name"] for each in spans] for spans in found] == [["a"], ["b", "c"]]


def test_a_stack_that_is_down_is_reported_with_what_to_do() -> None:
    with pytest.raises(LocalCloudError, match="Start it with `make up`"):
        traces.received("http://127.0.0.1:9")
