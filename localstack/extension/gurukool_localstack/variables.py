"""The variables with which LocalStack runs without Docker. README.md explains them."""

from collections.abc import Mapping
from pathlib import Path

from gurukool_localstack.settings import SettingError, port

HOST = "127.0.0.1"
PORT = "4566"

# What the caller has set wins over these.
_DEFAULTS = {
    "LAMBDA_RUNTIME_EXECUTOR": "process",
    "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0",  # the poller itself waits for messages
    "SQS_ENDPOINT_STRATEGY": "off",
    "PROVIDER_OVERRIDE_DYNAMODB": "v2",  # the other makes streams from calls that it does not see here
    "DYNAMODB_SHARE_DB": "1",
    "DYNAMODB_IN_MEMORY": "1",
    "IN_MEMORY_CLIENT": "1",  # without it the gateway's trace id does not reach the function
    "OVERRIDE_IN_DOCKER": "0",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DISABLE_EVENTS": "1",
    "DNS_ADDRESS": "0",
    "LS_LOG": "warning",  # a line for every AWS call would cost some per cent of the throughput
    # Otherwise CloudFormation's waiters sleep for a second at a time.
    "CFN_NO_WAIT_ITERATIONS": "200",
    "BOTO_WAITER_DELAY": "0",
    "BOTO_WAITER_MAX_ATTEMPTS": "5000",
}
# A caller's own are for calling LocalStack, or even AWS; LocalStack itself must not use them.
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def localstack_variables(given: Mapping[str, str], state: Path) -> dict[str, str]:
    """All variables of the process of LocalStack, made from those of its caller.

    `state` is the directory of its files. Raises SettingError if a port is wrong.
    """
    listen = given.get("GATEWAY_LISTEN") or f"{HOST}:{PORT}"
    edge = edge_port(given)
    database = given.get("DYNAMODB_LOCAL_PORT") or str(edge + 1)
    own = {name: value for name, value in given.items() if not name.startswith("AWS_")}
    return {
        **_DEFAULTS,
        "LOCALSTACK_HOST": f"{HOST}:{edge}",
        **own,
        **_CREDENTIALS,
        "GATEWAY_LISTEN": listen,
        "DYNAMODB_LOCAL_PORT": database,
        # Functions call DynamoDB Local directly, which is four times as fast as through LocalStack.
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://{HOST}:{port(database, 'DYNAMODB_LOCAL_PORT')}",
        "HOME": str(state / "home"),
        "TMPDIR": str(state / "tmp"),  # LocalStack unpacks the functions there
        "FILESYSTEM_ROOT": str(state / "localstack"),
    }


def edge_port(given: Mapping[str, str]) -> int:
    """The port at which every AWS service answers. Raises SettingError."""
    listen = given.get("GATEWAY_LISTEN") or PORT
    first = listen.partition(",")[0]
    try:
        return port(first.rpartition(":")[2], "GATEWAY_LISTEN")
    except SettingError:
        raise SettingError(f"GATEWAY_LISTEN must be <address>:<port>, not {listen!r}.") from None
