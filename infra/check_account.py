"""The account of the synthetic check, whose password only the secret has that the checker reads."""

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.identity.account import Account
from infra.audit import note
from infra.errors import DeployError, reason_of
from infra.events import Report
from infra.store_errors import as_deploy_errors
from infra.target import Target

OUTPUT = "CheckAccountArn"
PREFIX = "synthetic-check"
# They are counted for each network, and which one the checker's is, nobody knows here.
WRONG_TRIES = (
    "If it has tried a wrong one before, its next checks may be refused (429 throttled) for up to an hour."
)


def prepare(target: Target, outputs: Mapping[str, str], report: Report) -> None:
    """After a deployment: makes the account if there is a synthetic check and it has none yet.

    If that fails, the deployment is no failure: the report says why, and which command makes the account.
    """
    if OUTPUT not in outputs:
        return
    on_aws = f"infra.operate --stack {target.stack} --region {target.region}"
    command = f"localstack/run -m {'local_cloud.operate' if target.local else on_aws} check-account"
    try:
        described = target.client("secretsmanager").describe_secret(SecretId=outputs[OUTPUT])
    except (BotoCoreError, ClientError) as error:
        report(
            f"Whether the synthetic check has an account could not be seen ({reason_of(error)}). "
            f"If it has none, make it: {command}"
        )
        return
    if described.get("VersionIdsToStages"):
        return
    try:
        report(make(target, outputs))
    except (BotoCoreError, ClientError, DeployError) as error:
        report(f"The account of the synthetic check was not made ({reason_of(error)}). Make it: {command}")


@as_deploy_errors()
def make(target: Target, outputs: Mapping[str, str]) -> str:
    """Makes the account, or gives it a new password, and returns a sentence about it.

    The secret is written before the account: if either write fails, a repetition finds the same username in
    the secret, and mends it. Raises DeployError if the stack has no synthetic check, or the tables cannot be
    read or written.
    """
    from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
    from chalicelib.adapters.security.passwords import Argon2Passwords
    from infra.exporting import tables_of  # it imports much of chalicelib

    if OUTPUT not in outputs:
        raise DeployError("The stack has no synthetic check: set its parameter SyntheticCheck.")
    client, arn = target.client("secretsmanager"), outputs[OUTPUT]
    accounts, password = DynamoAccounts(tables_of(target, outputs)), secrets.token_urlsafe(32)
    name = _username(client, arn)
    note(target.client("dynamodb"), outputs["AuditTable"], "make check account", name)
    account, password_hash = accounts.by_username(name), Argon2Passwords().hash(password)
    client.put_secret_value(SecretId=arn, SecretString=json.dumps({"username": name, "password": password}))
    if account:
        accounts.set_password(account, password_hash, account.generation)
    else:
        accounts.add(Account(name, secrets.token_hex(16), password_hash, time.time_ns() // 1_000_000))
    sentence = f"The synthetic check signs in as {name}, with {'a new' if account else 'its'} password."
    return f"{sentence} {WRONG_TRIES}" if account else sentence


def _username(client: Any, arn: str) -> str:
    """The one that the secret has, or else a new one, which nobody has taken before by signing up."""
    try:
        return str(json.loads(client.get_secret_value(SecretId=arn)["SecretString"])["username"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    except (ValueError, KeyError, TypeError):
        pass  # somebody has put something else there
    return f"{PREFIX}-{secrets.token_hex(4)}"
