"""Shows a trace of a stack on AWS as a waterfall. `make traces` does it for the local cloud.

localstack/run -m infra.traces --stack NAME [--region REGION] TRACE

The stack must send its traces to X-Ray (parameter Tracing).
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from chalicelib.adapters.cloudwatch.traces import read
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.traces import TracedSpan, waterfall
from infra.errors import DeployError, ending_in_a_sentence
from infra.target import Target, run_on_aws

BAR = 40  # characters for the whole trace
NAME = 34
# An id as W3C Trace Context writes it, alone or in a traceparent, or as X-Ray does.
ID = re.compile(
    r"(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?|1-([0-9a-f]{8})-([0-9a-f]{24})"
)


def main(arguments: list[str]) -> None:
    run_on_aws(arguments, options(), run)


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Show a trace.")
    parser.add_argument("trace", type=plain_id, help="its id: the second part of its traceparent")
    return parser


def plain_id(text: str) -> str:
    """The id of a trace, which may be given as a whole traceparent, or as X-Ray writes it.

    Raises ArgumentTypeError.

    >>> plain_id("1-0af76519-16cd43dd8448eb211c80319c")
    '0af7651916cd43dd8448eb211c80319c'
    """
    found = ID.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no id of a trace: 32 hexadecimal digits")
    return "".join(filter(None, found.groups()))


def run(find_target: Callable[[], Target], given: argparse.Namespace) -> None:
    """Prints the trace. Ends the program with a sentence if that is impossible."""
    with ending_in_a_sentence():
        target = find_target()
        try:
            spans = read(target.client("xray"), target.stack, given.trace)
        except NotFoundError as error:
            raise DeployError(
                f"{error} The stack sends traces there if its parameter Tracing is on."
            ) from None
        show(given.trace, spans)


def show(trace_id: str, spans: Sequence[TracedSpan]) -> None:
    """Prints a heading, and a line for each span below the one that it is a part of."""
    Console(soft_wrap=True, highlight=False).print(*lines(trace_id, spans), sep="\n")


def lines(trace_id: str, spans: Sequence[TracedSpan]) -> Iterator[Text]:
    begun, ended = min(span.begun for span in spans), max(span.ended for span in spans)
    at = datetime.fromtimestamp(begun / 1000, UTC).astimezone()
    yield Text.assemble((f"{at:%H:%M:%S}  trace {trace_id}  {ended - begun:,.0f} ms", "bold"))
    known = {span.id: span.attributes for span in spans}
    for depth, span in waterfall(spans):
        above = known.get(span.parent_id or "", {})
        # What the line above has said already is left out.
        own = {key: value for key, value in span.attributes.items() if above.get(key) != value}
        yield _line(span._replace(attributes=own), depth, begun, max(1.0, ended - begun))


def _line(span: TracedSpan, depth: int, begun: float, total: float) -> Text:
    first = min(int((span.begun - begun) / total * BAR), BAR - 1)
    length = min(max(1, round((span.ended - span.begun) / total * BAR)), BAR - first)
    bar = f"{' ' * first}{'█' * length}".ljust(BAR)
    about = "  ".join(f"{key}={value}" for key, value in span.attributes.items())
    return Text.assemble(
        (f"{'  ' * depth}{span.name}".ljust(NAME), "bold red" if span.failed else "default"),
        (f" {bar} ", "red" if span.failed else "cyan"),
        f"{span.ended - span.begun:>9,.1f} ms  ",
        (f"{span.service}  {about}", "dim"),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
