"""Operations on a running stack on AWS. `local_cloud.operate` has the same ones for the local cloud.

localstack/run -m infra.operate --stack NAME [--region REGION] role USERNAME admin|user
localstack/run -m infra.operate --stack NAME [--region REGION] rotate-keys [--compromised] [--webhooks]
localstack/run -m infra.operate --stack NAME [--region REGION] secret NAME
localstack/run -m infra.operate --stack NAME [--region REGION] key NAME SCOPE… [--days DAYS]
localstack/run -m infra.operate --stack NAME [--region REGION] revoke-key ID
localstack/run -m infra.operate --stack NAME [--region REGION] sign-in-link USERNAME [--minutes MINUTES]
localstack/run -m infra.operate --stack NAME [--region REGION] export USER FILE.tar.gz
localstack/run -m infra.operate --stack NAME [--region REGION] audit-export FILE.ndjson
localstack/run -m infra.operate --stack NAME [--region REGION] metrics
localstack/run -m infra.operate --stack NAME [--region REGION] check-account

The value of the secret is read from the terminal, or from standard input.
"""

import argparse
import sys
import time
from collections.abc import Callable
from getpass import getpass
from typing import Any

from infra import keys, roles, service_keys, sign_in_links
from infra.apps import secret_settings
from infra.calls import file_to_write
from infra.errors import DeployError, ending_in_a_sentence
from infra.stack import Stack
from infra.target import Target, run_on_aws


def main(arguments: list[str]) -> None:
    run_on_aws(arguments, options(), run)


def options() -> argparse.ArgumentParser:
    """A parser of the operations and their options, whatever the target is."""
    parser = argparse.ArgumentParser(description="Operate a running stack.")
    commands = parser.add_subparsers(required=True)
    role = commands.add_parser("role", help="make a user an administrator, or an ordinary user again")
    role.add_argument("username")
    role.add_argument("role", choices=["admin", "user"])
    role.set_defaults(operate=_role)
    rotation = commands.add_parser("rotate-keys", help="sign access tokens with a new key from now on")
    rotation.add_argument("--compromised", action="store_true", help="drop the old key, within 5 minutes")
    rotation.add_argument("--webhooks", action="store_true", help="the key that signs deliveries instead")
    rotation.set_defaults(operate=_rotate)
    secret = commands.add_parser("secret", help="set the value of a secret setting of the application")
    secret.add_argument("name", help="as in application.toml")
    secret.set_defaults(operate=_secret)
    key = commands.add_parser("key", help="make a key for a service, a backend with users of its own")
    key.add_argument("name", help="of the service")
    key.add_argument("scopes", nargs="+", metavar="scope", help=service_keys.EXAMPLE)
    key.add_argument("--days", type=int, help="until it expires; it does not, if this is not given")
    key.add_argument("--rate", help="how many requests it may send in a time, such as 10/s; any number")
    key.add_argument("--burst", type=int, default=100, help="with a rate: how many of them at once")
    key.set_defaults(operate=_key)
    revocation = commands.add_parser("revoke-key", help="refuse a key from now on")
    revocation.add_argument("key_id", help="as in the list of keys")
    revocation.set_defaults(operate=_revoke)
    link = commands.add_parser("sign-in-link", help="make a link with which a user sets a new password")
    link.add_argument("username")
    link.add_argument("--minutes", type=int, default=60, help="until it expires; 60 if this is not given")
    link.set_defaults(operate=_link)
    exported = commands.add_parser("export", help="write all that is stored about a user into one .tar.gz")
    exported.add_argument("user", help="a username, or the name that a service gives")
    exported.add_argument("file", type=file_to_write)
    exported.set_defaults(operate=_export)
    audit = commands.add_parser("audit-export", help="write the audit log as lines of JSON")
    audit.add_argument("file", type=file_to_write)
    audit.set_defaults(operate=_export_audit)
    measured = commands.add_parser("metrics", help="how it has run: traffic, outcomes, p50 and p99 of waits")
    measured.set_defaults(operate=_metrics)
    _add_check_account(commands)
    return parser


def _add_check_account(commands: Any) -> None:
    told = "give the synthetic check an account, or a new password"
    commands.add_parser("check-account", help=told).set_defaults(operate=_check_account)


def run(find_target: Callable[[], Target], given: argparse.Namespace) -> None:
    """Does it and prints what has changed. Ends the program with a sentence if that is impossible."""
    with ending_in_a_sentence():
        target = find_target()
        print(given.operate(target, _outputs(target), given))


def _outputs(target: Target) -> dict[str, str]:
    outputs = Stack(target.client("cloudformation"), target.stack, print, lambda: time.sleep(1)).outputs()
    if not outputs:
        raise DeployError(f"There is no stack {target.stack}. Locally, `make up` starts it.")
    return outputs


def _role(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    tables = roles.Tables(outputs["AccountsTable"], outputs["AuditTable"])
    return roles.give(target.client("dynamodb"), tables, given.username, given.role)


def _key(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    tables = service_keys.Tables(outputs["ServicesTable"], outputs["AuditTable"])
    bucket = service_keys.bucket_of(given.rate, given.burst)
    return service_keys.make(
        target.client("dynamodb"), tables, given.name, given.scopes, given.days, bucket=bucket
    )


def _revoke(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    tables = service_keys.Tables(outputs["ServicesTable"], outputs["AuditTable"])
    return service_keys.revoke(target.client("dynamodb"), tables, given.key_id)


def _link(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    tables = sign_in_links.Tables(outputs["AccountsTable"], outputs["AuditTable"])
    dynamodb = target.client("dynamodb")
    return sign_in_links.make(dynamodb, tables, outputs["ApiUrl"], given.username, given.minutes)


def _export(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    from infra import exporting  # it imports much of chalicelib

    return exporting.export(target, outputs, given.user, given.file)


def _export_audit(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    from infra import audit_export  # likewise

    return audit_export.export(target, outputs, given.file)


def _metrics(target: Target, _: dict[str, str], __: argparse.Namespace) -> str:
    from infra import metrics  # likewise

    return metrics.report(target.client("cloudwatch"), target.stack)


def _check_account(target: Target, outputs: dict[str, str], _: argparse.Namespace) -> str:
    from infra import check_account  # likewise

    return check_account.make(target, outputs)


def _rotate(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    secret = outputs["WebhookKeysArn" if given.webhooks else "TokenKeysArn"]
    client, now = target.client("secretsmanager"), int(time.time())
    return keys.rotate(client, secret, now, given.compromised, for_deliveries=given.webhooks)


def _secret(target: Target, outputs: dict[str, str], given: argparse.Namespace) -> str:
    """The value is no argument: those are in the shell's history and in the list of processes."""
    asked = sys.stdin.isatty()
    value = getpass(f"Value of {given.name}: ") if asked else sys.stdin.read().removesuffix("\n")
    return secret_settings.put(target.client("secretsmanager"), outputs, given.name, value)


if __name__ == "__main__":
    main(sys.argv[1:])
