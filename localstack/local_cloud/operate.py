"""Operations on the local cloud, for `make admin` and others. The commands are those of infra.operate."""

import sys

from infra import operate
from local_cloud.own_stack import own_stack


def main(arguments: list[str]) -> None:
    operate.run(own_stack, operate.options().parse_args(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
