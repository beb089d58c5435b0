"""Shows the traces that the local cloud has received as waterfalls, for `make traces`.

localstack/run -m local_cloud.traces [--id TRACE] [--last NUMBER]
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import urllib3
from rich.console import Console
from rich.text import Text

from local_cloud.errors import LocalCloudError
from local_cloud.ports import Ports
from local_cloud.settings import load

PATH = "/_gurukool/traces"
BAR = 40  # characters for the whole trace
NOTHING = (
    "No trace has come. Start the stack with TRACING=on, and send a call with the header traceparent "
    "whose last two digits are 01."
)

type Span = Mapping[str, Any]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Show traces.")
    parser.add_argument("--id", help="of one trace: the second part of its traceparent")
    parser.add_argument("--last", type=int, default=3, help="so many of the last traces (3)")
    given = parser.parse_args(arguments)
    try:
        found = traces(received(Ports.of(load()).edge_url, given.id))
    except LocalCloudError as error:
        sys.exit(str(error))
    if not found:
        sys.exit(NOTHING if given.id is None else f"No span of the trace {given.id} has come.")
    console = Console(soft_wrap=True, highlight=False)
    for spans in found[-given.last :]:
        console.print(*waterfall(spans), sep="\n")


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


def waterfall(spans: Sequence[Span]) -> Iterator[Text]:
    """A heading, and a line for each span below the one that it is a part of."""
    begun, ended = min(span["begun"] for span in spans), max(span["ended"] for span in spans)
    at = datetime.fromtimestamp(begun / 1000, UTC).astimezone()
    yield Text.assemble((f"{at:%H:%M:%S}  trace {spans[0]['trace_id']}  {ended - begun:,.0f} ms", "bold"))
    for depth, span in _ordered(spans):
        yield _row(span, depth, begun, max(1.0, ended - begun))


def _ordered(spans: Sequence[Span]) -> Iterator[tuple[int, Span]]:
    """Each span with its depth, parts below the whole. A span whose parent has not come is at the top."""
    known = {span["id"] for span in spans}
    children: dict[str | None, list[Span]] = {}
    for span in sorted(spans, key=lambda span: (span["begun"], span["ended"])):
        parent = span["parent_id"] if span["parent_id"] in known else None
        children.setdefault(parent, []).append(span)

    def below(parent: str | None, depth: int) -> Iterator[tuple[int, Span]]:
        for span in children.pop(parent, []):
            yield depth, span
            yield from below(span["id"], depth + 1)

    return below(None, 0)


def _row(span: Span, depth: int, begun: float, total: float) -> Text:
    first = int((span["begun"] - begun) / total * BAR)
    length = max(1, round((span["ended"] - span["begun"]) / total * BAR))
    bar = f"{' ' * min(first, BAR - 1)}{'█' * min(length, BAR - min(first, BAR - 1))}".ljust(BAR)
    about = "  ".join(f"{key}={value}" for key, value in span["attributes"].items())
    return Text.assemble(
        (f"{'  ' * depth}{span['name']}".ljust(34), "bold red" if span["failed"] else "default"),
        (f" {bar} ", "red" if span["failed"] else "cyan"),
        f"{span['ended'] - span['begun']:>9,.1f} ms  ",
        (f"{span['service']}  {about}", "dim"),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
