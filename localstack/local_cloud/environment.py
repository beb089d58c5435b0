"""The environment of the LocalStack process. localstack/extension/README.md explains the variables."""

import os
from dataclasses import dataclass
from pathlib import Path

from bootstrap.installation import Installation
from local_cloud.ports import HOST, Ports
from local_cloud.processes import MARK
from local_cloud.settings import CONCURRENCY, PERMISSIONS

DATA_VARIABLE = "GURUKOOL_DATA"
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

    Without `data`, nothing is kept.
    """
    return (
        _machine(installation, directory)
        | _addresses(ports)
        | _extension(installation, ports)
        | {DATA_VARIABLE: str(data or "")}
        | _account(account)
        | _settings()
    )


def _machine(installation: Installation, directory: Path) -> dict[str, str]:
    return {
        MARK: str(directory),
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(directory / "home"),
        "TMPDIR": str(directory / "tmp"),
        "FILESYSTEM_ROOT": str(directory / "localstack"),
        "PYTHONPATH": str(installation.extension),
    }


def _addresses(ports: Ports) -> dict[str, str]:
    return {
        "GATEWAY_LISTEN": f"{HOST}:{ports.edge}",
        "LOCALSTACK_HOST": f"{HOST}:{ports.edge}",
        "SQS_ENDPOINT_STRATEGY": "off",
        "DYNAMODB_LOCAL_PORT": str(ports.dynamodb),
        # Functions call DynamoDB Local directly, which is four times as fast as through LocalStack.
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://{HOST}:{ports.dynamodb}",
    }


def _extension(installation: Installation, ports: Ports) -> dict[str, str]:
    return {
        "GURUKOOL_FUNCTION_PYTHON": str(installation.runtime_python),
        "GURUKOOL_DYNAMODB_JAR_DIR": str(installation.dynamodb),
        "GURUKOOL_API_PORT": str(ports.api),
        "GURUKOOL_API": "gurukool/live",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0",
        "PROVIDER_OVERRIDE_DYNAMODB": "v2",
        "DYNAMODB_IN_MEMORY": "1",
        "DYNAMODB_SHARE_DB": "1",
    }


def _account(account: Account) -> dict[str, str]:
    return {
        "GURUKOOL_PERMISSIONS": account.permissions,
        "LAMBDA_LIMITS_CONCURRENT_EXECUTIONS": str(account.concurrency),
        "LAMBDA_LIMITS_MINIMUM_UNRESERVED_CONCURRENCY": str(min(UNRESERVED, account.concurrency)),
    }


def _settings() -> dict[str, str]:
    return {
        "LS_LOG": "warning",  # a line for every AWS call would cost some per cent of the throughput
        "SERVICES": SERVICES,
        "EAGER_SERVICE_LOADING": "1",
        "OVERRIDE_IN_DOCKER": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
        "IN_MEMORY_CLIENT": "1",
        "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
        "S3_SKIP_SIGNATURE_VALIDATION": "0",
        # Otherwise CloudFormation's waiters sleep for a second at a time.
        "CFN_NO_WAIT_ITERATIONS": "200",
        "BOTO_WAITER_DELAY": "0",
        "BOTO_WAITER_MAX_ATTEMPTS": "5000",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
