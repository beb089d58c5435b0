"""Makes the files with which Grafana shows a stack.

localstack/run -m infra.grafana                                    the files in this checkout, after a change
localstack/run -m infra.grafana --output FOLDER [--stack NAME]     those for a Grafana of your own
"""

import argparse
import sys

from infra.calls import called_with
from infra.grafana.provisioning import FILES, USUAL, write
from infra.grafana.queries import Place


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Make the files with which Grafana shows a stack.")
    parser.add_argument("--output", help="folder to write to, instead of this checkout's")
    parser.add_argument("--stack", default=USUAL.stack, help=f"name of the stack ({USUAL.stack})")
    given = parser.parse_args(arguments)
    if given.stack != USUAL.stack and not given.output:
        parser.error("the files in this checkout are for the usual name: give --output FOLDER, too")
    directory = called_with(given.output) if given.output else FILES
    write(directory, Place(given.stack, USUAL.region, USUAL.source))
    print(f"Written to {directory}. docs/grafana.md says how Grafana finds them.")


if __name__ == "__main__":
    main(sys.argv[1:])
