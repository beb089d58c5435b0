"""What an operator does to a running stack: of the local cloud, or with --stack of AWS.

python -m infra.operate role USERNAME admin|user
python -m infra.operate rotate-keys [--compromised] [--webhooks]
"""

import argparse
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError

from bootstrap.errors import SetupError
from infra import keys, roles
from infra.errors import DeployError, told
from infra.stack import Stack
from infra.target import Target, add_target, chosen
from local_cloud.owners import require_own
from local_cloud.settings import load


def main(arguments: list[str]) -> None:
    given = _parse(arguments)
    try:
        target = chosen(given.stack, given.region)
        if target.local:
            require_own(load().edge_port)
        print(given.run(target, _outputs(target), given))
    except (SetupError, BotoCoreError, ClientError) as error:
        sys.exit(told(error))


def _outputs(target: Target) -> dict[str, str]:
    outputs = Stack(target.client("cloudformation"), target.stack, print, lambda: time.sleep(1)).outputs()
    if not outputs:
        raise DeployError(f"There is no stack {target.stack}. Locally, `make up` starts it.")
    return outputs


def _role(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    tables = roles.Tables(outputs["AccountsTable"], outputs["AuditTable"])
    return roles.give(target.client("dynamodb"), tables, given.username, given.role)


def _rotate(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    secret = outputs["WebhookKeysArn" if given.webhooks else "TokenKeysArn"]
    return keys.rotate(target.client("secretsmanager"), secret, int(time.time()), given.compromised)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Operate a running stack.")
    add_target(parser)
    commands = parser.add_subparsers(required=True)
    role = commands.add_parser("role", help="make a user an administrator, or a user again")
    role.add_argument("username")
    role.add_argument("role", choices=["admin", "user"])
    role.set_defaults(run=_role)
    rotation = commands.add_parser("rotate-keys", help="sign access tokens with a new key from now on")
    rotation.add_argument("--compromised", action="store_true", help="the old key is worth nothing at once")
    rotation.add_argument("--webhooks", action="store_true", help="the key that signs deliveries instead")
    rotation.set_defaults(run=_rotate)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
