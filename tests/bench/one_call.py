"""CPU time of one call of DynamoDB in the caller's process: botocore's own, and a quick one, turn about."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from botocore.session import get_session

from chalicelib.adapters.aws.clients import config
from chalicelib.adapters.aws.quick_calls import quicken
from chalicelib.adapters.dynamodb.tables import PATIENCE
from infra.target import LOCAL_CREDENTIALS, LOCAL_REGION
from local_cloud.emulator import Emulator

ROUNDS = 11
CALLS = 100  # in a round


@dataclass(frozen=True)
class OneCall:
    """Seconds: medians of ROUNDS rounds."""

    stock: float
    quick: float


def measure(emulator: Emulator, outputs: Mapping[str, str]) -> OneCall:
    stock, quick = (
        get_session().create_client(
            "dynamodb",
            LOCAL_REGION,
            endpoint_url=emulator.dynamodb_url,
            config=config(PATIENCE),
            **LOCAL_CREDENTIALS,
        )
        for _ in range(2)
    )
    quicken(quick)
    update = {
        "TableName": outputs["QueuesTable"],
        "Key": {"user_id": {"S": "bench"}},
        "UpdateExpression": "SET #0 = :0, #1 = :1 ADD #2 :2",
        "ConditionExpression": "attribute_not_exists(#3)",
        "ExpressionAttributeNames": {"#0": "state", "#1": "moved_at", "#2": "tail", "#3": "barred"},
        "ExpressionAttributeValues": {":0": {"S": "open"}, ":1": {"N": "1764450000000"}, ":2": {"N": "1"}},
        "ReturnValues": "ALL_NEW",
    }
    rounds = [[_seconds(client, update) for client in (stock, quick)] for _ in range(ROUNDS)]
    return OneCall(*(median(times) for times in zip(*rounds, strict=True)))


def _seconds(client: Any, update: Mapping[str, Any]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        client.update_item(**update)
    return (time.process_time() - began) / CALLS
