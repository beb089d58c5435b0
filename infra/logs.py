"""Shows the logs of all functions of a stack on AWS. `make logs` does it for the local cloud.

localstack/run -m infra.logs --stack NAME [--region REGION]
    [--user NAME_OR_ID] [--seq NUMBER] [--id ID] [--type TYPE] [--level LEVEL] [--platform]
    [--minutes NUMBER | --since MOMENT [--until MOMENT]] [--no-follow] [--json]
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from rich.console import Console

from infra.errors import DeployError, ending_in_a_sentence
from infra.log_follower import Follower
from infra.log_lines import Line
from infra.log_selection import LEVELS, Selection, Trail
from infra.stack import Stack
from infra.target import Target, run_on_aws
from infra.traces import plain_id

FUNCTIONS = {
    "api": "ApiFunction",
    "worker": "WorkerFunction",
    "slow": "SlowWorkerFunction",
    "long": "LongWorkerFunction",
    "sweeper": "SweeperFunction",
    "calls": "CallbacksFunction",  # exists only if callbacks are on
    "check": "CheckerFunction",  # likewise, with a synthetic check
}
PAUSE = 0.7  # seconds between two reads of the log groups, up to six; AWS allows ten calls a second
MINUTES = 10
MINUTES_OF_ID = 24 * 60  # who has an id may have it for some time


def main(arguments: list[str]) -> None:
    run_on_aws(arguments, options(), run)


def options() -> argparse.ArgumentParser:
    """A parser of the options that choose lines, whatever the target is."""
    parser = argparse.ArgumentParser(description="Show the logs of the functions.")
    add = parser.add_argument
    add("--user", help="only lines about this user: a username, a name, or an id")
    add("--seq", type=int, help="only lines about the request with this number")
    add("--id", type=_id, help="only lines about the call with this X-Request-Id or trace, up to its outcome")
    add("--type", help="only lines about requests of this type")
    add("--level", choices=LEVELS, default=LEVELS[0], help="only lines of this level, or more severe ones")
    add("--platform", action="store_true", help="also Lambda's own lines about invocations that went well")
    add("--minutes", type=float, help=f"how far back to begin ({MINUTES}; with --id {MINUTES_OF_ID})")
    add("--since", type=_moment, help="the moment at which to begin, such as 2026-11-30T10:00 or …T10:00Z")
    add("--until", type=_moment, help="the moment at which to end; nothing is followed then")
    add("--no-follow", action="store_true", help="end with the last line that there is")
    add("--json", action="store_true", help="each line as a JSON object")
    return parser


def run(find_target: Callable[[], Target], given: argparse.Namespace) -> None:
    """Prints the chosen lines. Ends the program with a sentence if that is impossible."""
    with ending_in_a_sentence(), suppress(KeyboardInterrupt):
        show(find_target(), given, Console(soft_wrap=True, highlight=False))


def show(target: Target, given: argparse.Namespace, console: Console) -> None:
    """Prints lines until Ctrl-C, or as long as `given` says. Raises DeployError if there is no stack."""
    outputs = Stack(target.client("cloudformation"), target.stack, print, _pause).outputs()
    if not outputs:
        raise DeployError(f"There is no stack {target.stack}. Locally, `make up` starts it.")
    user = user_id(target.client("dynamodb"), outputs, given.user) if given.user else None
    chosen = Selection(user, given.seq, given.type, given.id, given.level, given.platform)
    deployed = {function: outputs[name] for function, name in FUNCTIONS.items() if name in outputs}
    groups = {function: f"/aws/lambda/{name}" for function, name in deployed.items()}
    follower = Follower(target.client("logs"), groups, _since(given), chosen.pattern(), given.until)
    shown = _show_all(follower, chosen, given, console)
    if not shown and (given.no_follow or given.until):
        print("No line fits. --minutes and --since look further back.", file=sys.stderr)


def _show_all(follower: Follower, chosen: Selection, given: argparse.Namespace, console: Console) -> int:
    """How many lines were printed."""
    shown, trail = 0, Trail()
    while True:
        lines = follower.new_lines()
        wider = chosen.with_requests_of(lines) if chosen.id else chosen
        if wider != chosen:  # the lines of the call come again, together with those of its requests
            chosen = wider
            follower.widen(chosen.pattern())
            lines = sorted([*lines, *follower.new_lines()], key=lambda line: line.moment)
        for line in filter(chosen.accepts, lines):
            _print(line, console, as_json=given.json)
            trail.follow(line)
            shown += 1
        if given.no_follow or given.until or (chosen.id and trail.is_over):
            return shown
        _pause()


def _print(line: Line, console: Console, *, as_json: bool) -> None:
    if as_json:
        print(line.as_json(), flush=True)
    else:
        console.print(line.render())


def _since(given: argparse.Namespace) -> int:
    """Unix time in milliseconds."""
    if given.since is not None:
        return int(given.since)
    minutes = given.minutes or (MINUTES_OF_ID if given.id else MINUTES)
    return int((time.time() - minutes * 60) * 1000)


def _id(text: str) -> str:
    """As the lines have it: the id of a trace may be given as a whole traceparent, or as X-Ray writes it.

    >>> _id("1-0af76519-16cd43dd8448eb211c80319c"), _id("5c1e1e6d-9f4f-4b58-a8d7-2c4a3b1f0e9d")
    ('0af7651916cd43dd8448eb211c80319c', '5c1e1e6d-9f4f-4b58-a8d7-2c4a3b1f0e9d')
    """
    with suppress(argparse.ArgumentTypeError):
        return plain_id(text)
    return text.strip()


def _moment(text: str) -> int:
    """Unix time in milliseconds; without a time zone, the text means that of this machine."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-11-30T10:00Z") from None


def user_id(dynamodb: Any, tables: dict[str, str], given: str) -> str:
    """The id of the user with this username or id. `tables`: by their logical ids.

    Raises DeployError if `given` is neither: an account has a username, and whoever has no account, a queue.
    """
    key = {"username": {"S": given}}
    found = dynamodb.get_item(TableName=tables["AccountsTable"], Key=key, ProjectionExpression="user_id")
    if "Item" in found:
        return str(found["Item"]["user_id"]["S"])
    queue = {"user_id": {"S": given}}
    if "Item" in dynamodb.get_item(
        TableName=tables["QueuesTable"], Key=queue, ProjectionExpression="user_id"
    ):
        return given
    raise DeployError(f"There is no user {given!r}: give a username or the id of a user.")


def _pause() -> None:
    time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1:])
