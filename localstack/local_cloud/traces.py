"""Shows the traces that the local cloud has received as waterfalls, for `make traces`.

localstack/run -m local_cloud.traces [--id TRACE] [--last NUMBER]
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import urllib3

from chalicelib.core.identity.traces import TracedSpan
from infra.traces import plain_id, show
from local_cloud.errors import LocalCloudError
from local_cloud.ports import Ports
from local_cloud.settings import load

PATH = "/_gurukool/traces"
NOTHING = (
    "No trace has come. Start the stack with TRACING=on, and send a call with the header traceparent "
    "whose last two digits are 01."
)

type Span = Mapping[str, Any]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Show traces.")
    parser.add_argument("--id", type=plain_id, help="of one trace: the second part of its traceparent")
    parser.add_argument("--last", type=int, default=3, help="so many of the last traces (3)")
    given = parser.parse_args(arguments)
    try:
        found = traces(received(Ports.of(load()).edge_url, given.id))
    except LocalCloudError as error:
        sys.exit(str(error))
    if not found:
        sys.exit(NOTHING if given.id is None else f"No span of the trace {given.id} has come.")
    for spans in found[-given.last :]:
        show(spans[0]["trace_id"], [_traced(span) for span in spans])


def received(edge_url: str, trace_id: str | None = None) -> list[Span]:
    """All spans that the local cloud has. Raises LocalCloudError if it does not run."""
    try:
        fields = {"id": trace_id} if trace_id else {}
        answer = urllib3.request("GET", f"{edge_url}{PATH}", fields=fields, retries=False, timeout=10)
    except urllib3.exceptions.HTTPError as error:
        raise LocalCloudError("The stack is down. Start it with `make up`.") from error
    return list(json.loads(answer.data))


def traces(spans: Sequence[Span]) -> list[list[Span]]:
    """The spans of each trace, in the order in which the traces began."""
    by_id: dict[str, list[Span]] = {}
    for span in spans:
        by_id.setdefault(span["trace_id"], []).append(span)
    return sorted(by_id.values(), key=lambda of_one: min(span["begun"] for span in of_one))


def _traced(span: Span) -> TracedSpan:
    return TracedSpan(**{name: span[name] for name in TracedSpan._fields})


if __name__ == "__main__":
    main(sys.argv[1:])
