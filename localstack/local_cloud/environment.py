"""The environment of the LocalStack process. localstack/extension/README.md explains the variables."""

import os
from dataclasses import dataclass
from pathlib import Path

from bootstrap.installation import Installation
from local_cloud.ports import HOST, Ports
from local_cloud.processes import MARK
from local_cloud.settings import CONCURRENCY, PERMISSIONS

DATA_VARIABLE = "GURUKOOL_DATA"
LOCK_VARIABLE = "GURUKOOL_DATA_LOCK"  # the number of the inherited descriptor that locks that folder
SERVICES = (
    "apigateway,cloudformation,cloudwatch,dynamodb,events,iam,kms,lambda,"
    "logs,s3,secretsmanager,sns,sqs,ssm,sts"
)


# What Lambda keeps for functions without a reservation. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
UNRESERVED = 100


@dataclass(frozen=True)
class Account:
    """The account of AWS that the local cloud is like."""

    concurrency: int = CONCURRENCY
    """How many invocations of functions run at once."""
    permissions: str = PERMISSIONS[0]
    """Whether the calls of functions are checked against the policies of their roles: one of PERMISSIONS."""


def localstack_environment(
    installation: Installation, ports: Ports, directory: Path, account: Account, data: Path | None = None
) -> dict[str, str]:
    """All variables. Only PATH comes from the caller's environment, so that every start is the same.

    Without `data`, nothing is kept. The extension adds what every LocalStack needs that runs without Docker.
    """
    return (
        _machine(installation, directory)
        | _stack(ports)
        | {DATA_VARIABLE: str(data or "")}
        | _account(account)
    )


def _machine(installation: Installation, directory: Path) -> dict[str, str]:
    return {
        MARK: str(directory),
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "GURUKOOL_STATE": str(directory),
        "PYTHONPATH": str(installation.extension),
        "GURUKOOL_FUNCTION_PYTHON": str(installation.runtime_python),
        "GURUKOOL_DYNAMODB_JAR_DIR": str(installation.dynamodb),
        "GURUKOOL_DYNAMODB_CLASSES": str(installation.dynamodb_classes or ""),
    }


def _stack(ports: Ports) -> dict[str, str]:
    return {
        "GATEWAY_LISTEN": f"{HOST}:{ports.edge}",
        "DYNAMODB_LOCAL_PORT": str(ports.dynamodb),
        "GURUKOOL_API_PORT": str(ports.api),
        "GURUKOOL_API": "gurukool/live",
        "SERVICES": SERVICES,
        "EAGER_SERVICE_LOADING": "1",
        "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
    }


def _account(account: Account) -> dict[str, str]:
    return {
        "GURUKOOL_PERMISSIONS": account.permissions,
        "LAMBDA_LIMITS_CONCURRENT_EXECUTIONS": str(account.concurrency),
        "LAMBDA_LIMITS_MINIMUM_UNRESERVED_CONCURRENCY": str(min(UNRESERVED, account.concurrency)),
    }
