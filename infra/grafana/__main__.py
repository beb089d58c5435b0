"""Makes the files with which Grafana shows a stack.

localstack/run -m infra.grafana                             the files in this checkout, after a change
localstack/run -m infra.grafana --output FOLDER [--stack NAME] [--parameter NAME=VALUE …]
                                                            those for a Grafana of your own
"""

import argparse
import sys
from collections.abc import Mapping

from infra import parameters, template
from infra.calls import called_with, pair
from infra.errors import ending_in_a_sentence
from infra.grafana.alerts import left_out
from infra.grafana.provisioning import FILES, USUAL, write
from infra.grafana.queries import Place


def main(arguments: list[str]) -> None:
    """Ends the program with a sentence if a parameter is wrong."""
    given = _parse(arguments)
    with ending_in_a_sentence():
        values = parameters.resolve(template.load()["Parameters"], {}, dict(given.parameter))
        directory = called_with(given.output) if given.output else FILES
        write(directory, Place(given.stack, USUAL.region, USUAL.source), values)
    print(f"Written to {directory}. docs/grafana.md says how Grafana finds them.")
    if given.output:
        print(_rules_of(values))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make the files with which Grafana shows a stack.")
    parser.add_argument("--output", help="folder to write to, instead of this checkout's")
    parser.add_argument("--stack", default=USUAL.stack, help=f"name of the stack ({USUAL.stack})")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=pair,
        metavar="NAME=VALUE",
        help="what the stack was deployed with, if not the template's default; alert rules depend on it",
    )
    given = parser.parse_args(arguments)
    if (given.stack != USUAL.stack or given.parameter) and not given.output:
        parser.error(
            "the files in this checkout are for the usual name and defaults: give --output FOLDER, too"
        )
    return given


def _rules_of(values: Mapping[str, str]) -> str:
    """What the alert rules are made for."""
    absent = ", ".join(left_out(values).values())
    return (
        "The alert rules are for the parameters given here, and for the defaults of all others. "
        f"{f'Rules were left out because of {absent}. ' if absent else ''}"
        "If the stack has other values, give them as --parameter NAME=VALUE."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
