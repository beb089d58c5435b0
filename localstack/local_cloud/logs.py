"""Shows the logs of the local cloud, for `make logs`. The options are those of infra.logs."""

import sys

from infra import logs
from infra.target import Target, local_cloud
from local_cloud.owners import unnamed_stranger
from local_cloud.ports import Ports
from local_cloud.settings import load


def main(arguments: list[str]) -> None:
    logs.run(_target, logs.options().parse_args(arguments))


def _target() -> Target:
    ports = Ports.of(load())
    if other := unnamed_stranger(ports.edge):
        print(f"(the stack of {other})", file=sys.stderr)
    return local_cloud(ports.edge_url)


if __name__ == "__main__":
    main(sys.argv[1:])
