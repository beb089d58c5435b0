"""Starts a Grafana that shows the local stack, for `make grafana`. infra.grafana.start has the options."""

import sys

from infra.grafana import start
from local_cloud.own_stack import own_stack


def main(arguments: list[str]) -> None:
    start.run(own_stack, start.options().parse_args(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
