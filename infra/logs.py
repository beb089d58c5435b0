"""Follows the logs of all functions, of the local cloud or of a stack on AWS. Ctrl-C ends it.

python -m infra.logs [--user NAME_OR_ID] [--seq NUMBER] [--platform] [--minutes NUMBER]
python -m infra.logs --stack NAME [--region REGION] [...]
"""

import argparse
import sys
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from bootstrap.errors import SetupError
from infra.errors import DeployError, told
from infra.log_follower import Follower
from infra.stack import Stack
from infra.target import Target, add_target, chosen
from local_cloud.owners import unnamed_stranger
from local_cloud.settings import load

FUNCTIONS = {
    "api": "ApiFunction",
    "worker": "WorkerFunction",
    "slow": "SlowWorkerFunction",
    "sweeper": "SweeperFunction",
}
PAUSE = 0.7  # seconds between two looks at the four groups; AWS allows ten calls a second
ID_LENGTH = 32  # of a user's id, which is hexadecimal


def main(arguments: list[str]) -> None:
    given = _parse(arguments)
    try:
        target = chosen(given.stack, given.region)
        if target.local and (other := unnamed_stranger(load().edge_port)):
            print(f"(the stack of {other})", file=sys.stderr)
        follow(target, given, Console(soft_wrap=True, highlight=False))
    except (SetupError, BotoCoreError, ClientError) as error:
        sys.exit(told(error))
    except KeyboardInterrupt:
        return  # it is how one leaves


def follow(target: Target, given: argparse.Namespace, console: Console) -> None:
    """Prints until it is interrupted. Raises DeployError if the stack or the user is not there."""
    outputs = Stack(target.client("cloudformation"), target.stack, print, _pause).outputs()
    if not outputs:
        raise DeployError(f"There is no stack {target.stack}. Locally, `make up` starts it.")
    user = user_id(target.client("dynamodb"), outputs["AccountsTable"], given.user) if given.user else None
    groups = {function: f"/aws/lambda/{outputs[name]}" for function, name in FUNCTIONS.items()}
    since = int((time.time() - given.minutes * 60) * 1000)
    follower = Follower(target.client("logs"), groups, since, pattern(user, given.seq))
    while True:
        for line in follower.new_lines():
            # LocalStack takes a pattern and does not apply it.
            if line.is_about(user, given.seq) and (given.platform or not line.platform):
                console.print(line.render())
        _pause()


def user_id(dynamodb: Any, accounts_table: str, given: str) -> str:
    """Of a username or an id. Raises DeployError if it is neither."""
    key = {"username": {"S": given}}
    found = dynamodb.get_item(TableName=accounts_table, Key=key, ProjectionExpression="user_id")
    if "Item" in found:
        return str(found["Item"]["user_id"]["S"])
    if len(given) == ID_LENGTH and set(given) <= set("0123456789abcdef"):
        return given
    raise DeployError(f"There is no user {given!r}: give a username or the id of a user.")


def pattern(user: str | None, seq: int | None) -> str:
    """The filter pattern of CloudWatch Logs for lines about this user and request; None means any."""
    wanted = [f'($.user = "{user}")'] if user else []
    wanted += [f"($.seq = {seq})"] if seq is not None else []
    return f"{{ {' && '.join(wanted)} }}" if wanted else ""


def _pause() -> None:
    time.sleep(PAUSE)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Follow the logs of the functions.")
    parser.add_argument("--user", help="only what is about this user: a username or an id")
    parser.add_argument("--seq", type=int, help="only what is about the request with this number")
    parser.add_argument("--platform", action="store_true", help="also Lambda's START, END and REPORT")
    parser.add_argument("--minutes", type=float, default=10, help="how far back to begin (10)")
    add_target(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
