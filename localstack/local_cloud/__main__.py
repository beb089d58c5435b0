"""`python -m local_cloud up|down|reset|status|kill-worker`. `down --delete` deletes the data, too.

The exit status of `status` is 0 if the stack is up, 3 if it is down, and 1 if it has a problem.
"""

import argparse
import gc
import sys
from functools import cache

from bootstrap.errors import SetupError
from local_cloud.data import Data, directory_of
from local_cloud.deployment import as_last_time, deploy, prepare
from local_cloud.disks import CANNOT_WRITE
from local_cloud.emulator import Emulator
from local_cloud.environment import Account
from local_cloud.ports import Ports
from local_cloud.settings import CHECKOUT, STATE, Settings, load
from local_cloud.stack import Stack, say


def main() -> None:
    parser = argparse.ArgumentParser(prog="local_cloud", description="The stack of this checkout.")
    parser.add_argument("command", choices=["up", "down", "reset", "status", "kill-worker"])
    parser.add_argument("--delete", action="store_true", help="down: delete the data, too")
    given = parser.parse_args()
    if given.delete and given.command != "down":
        parser.error("--delete belongs to down; reset deletes the data and starts anew")
    command = "down_and_delete" if given.delete else given.command.replace("-", "_")
    try:
        status = getattr(_stack(), command)()
        gc.freeze()  # without it, Python looks for garbage before it ends, for a sixth of a second
        sys.exit(status)
    except SetupError as error:
        sys.exit(str(error))
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        sys.exit(f"{error}. Is there room, and may you write there?")
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(130)


def _stack() -> Stack:
    settings = load()
    directory = directory_of(CHECKOUT, settings.data)
    data = Data(directory) if directory else None
    account = Account(settings.concurrency, settings.permissions)
    emulator = Emulator(Ports.of(settings), STATE, data=data, tied=False, account=account)

    @cache
    def chosen() -> Settings:
        return as_last_time(settings, data, say)

    return Stack(
        emulator,
        deploy=lambda target: deploy(target, chosen(), _indented),
        prepare=lambda: prepare(chosen()),
        choose=lambda: chosen().app,
    )


def _indented(line: str) -> None:
    print(f"  {line}", flush=True)


main()
