"""The waterfalls of `make traces` and of `infra.traces`."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.identity.traces import TracedSpan
from infra import traces as infra_traces
from infra.target import Target
from infra.traces import BAR, lines, plain_id
from local_cloud import traces
from local_cloud.errors import LocalCloudError

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def span(name: str, begun: float, ended: float, parent: str | None = None, **more: Any) -> TracedSpan:
    own = {"service": "worker", "failed": False, "attributes": {"seq": 7}, **more}
    return TracedSpan(id=name, parent_id=parent, name=name, begun=begun, ended=ended, **own)


def test_parts_are_below_the_whole_and_bars_where_they_were() -> None:
    spans = [
        span("step", 60, 100, "attempt", attributes={"seq": 7, "tries": 2}),
        span("attempt", 50, 100, "call", failed=True),
        span("call", 0, 10, "unknown"),
        span("wait", 10, 50, "call"),
    ]

    heading, *rows = [row.plain for row in lines("t1", spans)]

    assert heading.endswith("trace t1  100 ms")
    assert [row[:34].rstrip() for row in rows] == ["call", "  wait", "  attempt", "    step"]
    bars = [row[35 : 35 + BAR] for row in rows]
    assert [(len(bar) - len(bar.lstrip()), bar.count("█")) for bar in bars] == [
        (0, 4),
        (4, 16),
        (20, 20),
        (24, 16),
    ]
    assert rows[0].split("█")[-1].split() == ["10.0", "ms", "worker", "seq=7"]
    assert rows[3].split("█")[-1].split() == ["40.0", "ms", "worker", "tries=2"], "seq is said above"


def test_traces_come_in_the_order_in_which_they_began() -> None:
    found = traces.traces(
        [
            {"trace_id": trace_id, "name": name, "begun": begun}
            for trace_id, name, begun in (("t1", "b", 5), ("t2", "a", 1), ("t1", "c", 3))
        ]
    )

    assert [[each["name"] for each in spans] for spans in found] == [["a"], ["b", "c"]]


def test_a_stack_that_is_down_is_reported_with_what_to_do() -> None:
    with pytest.raises(LocalCloudError, match="Start it with `make up`"):
        traces.received("http://127.0.0.1:9")


@pytest.mark.parametrize(
    "text", [TRACE_ID, f"00-{TRACE_ID}-b7ad6b7169203331-01", "1-0af76519-16cd43dd8448eb211c80319c"]
)
def test_an_id_may_be_copied_from_wherever_it_is_written(text: str) -> None:
    assert plain_id(f"{text} ") == TRACE_ID


@pytest.mark.parametrize("text", ["", "7", f"{TRACE_ID}0", TRACE_ID[1:], "b7ad6b7169203331"])
def test_what_is_no_id_of_a_trace_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="32 hexadecimal digits"):
        plain_id(text)


class XRay(Target):
    """A stack on AWS, with a trace of its function."""

    def client(self, service: str) -> Any:
        assert service == "xray"
        return self

    def get_paginator(self, _: str) -> "XRay":
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        document = {
            "id": "b7ad6b7169203331",
            "name": "attempt echo",
            "start_time": 1.5,
            "end_time": 2.5,
            "annotations": {"service": "mine-worker"},
        }
        segments = [{"Document": json.dumps(document)}] if asked["TraceIds"][0].startswith("1-0a") else []
        yield {"Traces": [{"Segments": segments}]}


def run(trace_id: str) -> None:
    infra_traces.run(lambda: XRay("eu-central-1", "mine"), argparse.Namespace(trace=trace_id))


def test_a_trace_on_aws_is_read_from_x_ray(capsys: pytest.CaptureFixture[str]) -> None:
    run(TRACE_ID)

    heading, row = capsys.readouterr().out.splitlines()
    assert heading.endswith(f"trace {TRACE_ID}  1,000 ms")
    assert row.split() == ["attempt", "echo", "█" * BAR, "1,000.0", "ms", "mine-worker"]


def test_a_trace_that_x_ray_does_not_have_ends_with_a_sentence() -> None:
    with pytest.raises(SystemExit, match=r"no such trace of this deployment.* parameter Tracing is on"):
        run("f" * 32)
