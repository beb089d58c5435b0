"""Starts a Grafana that shows the local stack, for `make grafana`. infra.grafana.start has the options."""

import sys

from infra.grafana import start
from infra.target import Target, local_cloud
from local_cloud.owners import require_own
from local_cloud.ports import Ports
from local_cloud.settings import load


def main(arguments: list[str]) -> None:
    start.run(_target, start.options().parse_args(arguments))


def _target() -> Target:
    """The stack of this checkout. Raises LocalCloudError if another checkout's stack answers on its port."""
    ports = Ports.of(load())
    require_own(ports.edge)
    return local_cloud(ports.edge_url)


if __name__ == "__main__":
    main(sys.argv[1:])
