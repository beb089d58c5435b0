"""The values of an application's secrets: the operator sets them, and no file, parameter or log has them."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.apps.folder import App
from infra.apps.naming import secret_output
from infra.errors import DeployError, reason_of
from infra.events import Report
from infra.target import Target

Outputs = dict[str, str]


def prepare(target: Target, outputs: Outputs, app: App, report: Report) -> None:
    """After a deployment: stand-ins in the local cloud, and a sentence about every secret without a value.

    If a secret cannot be read or written, the deployment is no failure: the report says so.
    """
    client = target.client("secretsmanager")
    stack = f"infra.operate --stack {target.stack} --region {target.region}"
    program = "local_cloud.operate" if target.local else stack
    for name, setting in app.declared.secrets.items():
        arn, command = outputs.get(secret_output(name)), f"localstack/run -m {program} secret {name}"
        try:
            if arn is None or _has_value(client, arn):
                continue
        except (BotoCoreError, ClientError) as error:
            unknown = f"Whether the secret {name} has a value could not be seen ({reason_of(error)})"
            report(f"{unknown}. If not: {command}")
            continue
        if not target.local or setting.local is None:
            report(f"The secret {name} has no value yet: {command}")
            continue
        try:
            client.put_secret_value(SecretId=arn, SecretString=setting.local)
        except (BotoCoreError, ClientError) as error:
            report(f"The stand-in of the secret {name} could not be written ({reason_of(error)}): {command}")


def put(client: Any, outputs: Outputs, name: str, value: str) -> str:
    """A sentence about what is so now. Raises DeployError if the stack has no such secret."""
    arn = outputs.get(secret_output(name))
    if arn is None:
        raise DeployError(f"The stack has no secret {name}. Declare it in application.toml and deploy.")
    if not value:
        raise DeployError("The value is empty; nothing was changed.")
    client.put_secret_value(SecretId=arn, SecretString=value)
    return f"The secret {name} has a new value. Processes that have read the old one keep it until they end."


def _has_value(client: Any, arn: str) -> bool:
    return bool(client.describe_secret(SecretId=arn).get("VersionIdsToStages"))
