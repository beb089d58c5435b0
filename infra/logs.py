"""Follows the logs of all functions of a stack on AWS, until Ctrl-C. `make logs` does it for the local cloud.

localstack/run -m infra.logs --stack NAME [--region REGION]
    [--user NAME_OR_ID] [--seq NUMBER] [--platform] [--minutes NUMBER]
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rich.console import Console

from infra.errors import DeployError, ending_in_a_sentence
from infra.log_follower import Follower
from infra.stack import Stack
from infra.target import Target, add_target, on_aws

FUNCTIONS = {
    "api": "ApiFunction",
    "worker": "WorkerFunction",
    "slow": "SlowWorkerFunction",
    "long": "LongWorkerFunction",
    "sweeper": "SweeperFunction",
    "calls": "CallbacksFunction",  # exists only if callbacks are on
}
PAUSE = 0.7  # seconds between two reads of the log groups, up to six; AWS allows ten calls a second
ID_LENGTH = 32  # of a user's id, which is hexadecimal


def main(arguments: list[str]) -> None:
    parser = options()
    add_target(parser)
    given = parser.parse_args(arguments)
    run(lambda: on_aws(given.stack, given.region), given)


def options() -> argparse.ArgumentParser:
    """A parser of the options that choose lines, whatever the target is."""
    parser = argparse.ArgumentParser(description="Follow the logs of the functions.")
    parser.add_argument("--user", help="only lines about this user: a username or a user id")
    parser.add_argument("--seq", type=int, help="only lines about the request with this number")
    parser.add_argument("--platform", action="store_true", help="also Lambda's START, END and REPORT lines")
    parser.add_argument("--minutes", type=float, default=10, help="how many minutes back to begin (10)")
    return parser


def run(find_target: Callable[[], Target], given: argparse.Namespace) -> None:
    """Prints the chosen lines until Ctrl-C. Ends the program with a sentence if that is impossible."""
    with ending_in_a_sentence(), suppress(KeyboardInterrupt):
        follow(find_target(), given, Console(soft_wrap=True, highlight=False))


def follow(target: Target, given: argparse.Namespace, console: Console) -> None:
    """Prints new lines for ever. Raises DeployError if the stack or the user does not exist."""
    outputs = Stack(target.client("cloudformation"), target.stack, print, _pause).outputs()
    if not outputs:
        raise DeployError(f"There is no stack {target.stack}. Locally, `make up` starts it.")
    user = user_id(target.client("dynamodb"), outputs["AccountsTable"], given.user) if given.user else None
    deployed = {function: outputs[name] for function, name in FUNCTIONS.items() if name in outputs}
    groups = {function: f"/aws/lambda/{name}" for function, name in deployed.items()}
    since = int((time.time() - given.minutes * 60) * 1000)
    follower = Follower(target.client("logs"), groups, since, pattern(user, given.seq))
    while True:
        for line in follower.new_lines():
            # LocalStack accepts a filter pattern and does not apply it, so the lines are filtered again.
            if line.is_about(user, given.seq) and (given.platform or not line.platform):
                console.print(line.render())
        _pause()


def user_id(dynamodb: Any, accounts_table: str, given: str) -> str:
    """The id of the user with this username or id. Raises DeployError if `given` is neither."""
    key = {"username": {"S": given}}
    found = dynamodb.get_item(TableName=accounts_table, Key=key, ProjectionExpression="user_id")
    if "Item" in found:
        return str(found["Item"]["user_id"]["S"])
    if len(given) == ID_LENGTH and set(given) <= set("0123456789abcdef"):
        return given
    raise DeployError(f"There is no user {given!r}: give a username or the id of a user.")


def pattern(user: str | None, seq: int | None) -> str:
    """The filter pattern of CloudWatch Logs for lines about this user and request; None stands for any.

    >>> pattern("5f0c", 3)
    '{ ($.user = "5f0c") && (($.seq = 3) || (($.seq <= 3) && ($.last_seq >= 3))) }'
    """
    wanted = [f'($.user = "{user}")'] if user else []
    wanted += [f"(($.seq = {seq}) || (($.seq <= {seq}) && ($.last_seq >= {seq})))"] if seq is not None else []
    return f"{{ {' && '.join(wanted)} }}" if wanted else ""


def _pause() -> None:
    time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1:])
