"""`python -m local_cloud up|down|reset|status|kill-worker`.

The exit status of `status` is 0 if the stack is up, 3 if it is down, and 1 if it has a problem.
"""

import argparse
import sys

from bootstrap.errors import SetupError
from local_cloud.deployment import deploy, prepare
from local_cloud.emulator import Emulator
from local_cloud.environment import Account
from local_cloud.ports import Ports
from local_cloud.settings import STATE, load
from local_cloud.stack import Stack


def main() -> None:
    parser = argparse.ArgumentParser(prog="local_cloud", description="The stack of this checkout.")
    parser.add_argument("command", choices=["up", "down", "reset", "status", "kill-worker"])
    command = parser.parse_args().command.replace("-", "_")
    try:
        sys.exit(getattr(_stack(), command)())
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(130)


def _stack() -> Stack:
    settings = load()
    account = Account(settings.concurrency, settings.permissions)
    emulator = Emulator(Ports.of(settings), STATE, tied=False, account=account)
    return Stack(emulator, lambda target: deploy(target, settings, _indented), lambda: prepare(settings))


def _indented(line: str) -> None:
    print(f"  {line}", flush=True)


main()
