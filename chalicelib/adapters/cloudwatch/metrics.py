"""The metrics of a deployment, read from CloudWatch."""

from collections.abc import Callable
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.cloudwatch.queries import measured, request
from chalicelib.core.errors import UnavailableError
from chalicelib.core.identity.measurements import Measured, Span

# A page that somebody looks at: it may take longer than a call of a queue, and is asked for again.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"total_max_attempts": 2, "mode": "standard"},
    parameter_validation=False,
)
AWAY = "CloudWatch does not answer, so that no metrics can be shown. Try again later."


class CloudWatchMetrics:
    def __init__(self, make_client: Callable[..., Any], stack: str) -> None:
        """`make_client` is `create_client` of a session of botocore; it is called for the first read."""
        self._make_client = make_client
        self._client: Any = None
        self._stack = stack

    def read(self, span: Span) -> Measured:
        """Raises UnavailableError."""
        try:
            self._client = self._client or self._make_client("cloudwatch", config=CONFIG)
            pages = self._client.get_paginator("get_metric_data").paginate(**request(self._stack, span))
            return measured(span, pages)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(AWAY, retry_after=5) from error
