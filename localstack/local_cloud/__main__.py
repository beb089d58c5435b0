"""`python -m local_cloud up|down|reset|status`."""

import argparse
import sys

from bootstrap.errors import SetupError
from local_cloud.settings import STATE, load
from local_cloud.stack import Stack


def main() -> None:
    parser = argparse.ArgumentParser(prog="local_cloud", description="The stack of this checkout.")
    parser.add_argument("command", choices=["up", "down", "reset", "status"])
    command = parser.parse_args().command
    try:
        getattr(Stack(load(), STATE), command)()
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(130)


main()
