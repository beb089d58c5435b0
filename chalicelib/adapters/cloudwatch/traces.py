"""The traces of a deployment, read from X-Ray, which is a part of CloudWatch."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.cloudwatch.metrics import CONFIG
from chalicelib.adapters.cloudwatch.segments import spans, x_ray_id
from chalicelib.core.errors import NotFoundError, UnavailableError
from chalicelib.core.identity.traces import TracedSpan

# The functions, behind the name of the stack and a hyphen. A test compares them with the template.
FUNCTIONS = ("api", "worker", "slow-worker", "long-worker", "sweeper", "callbacks", "checker")
AWAY = "X-Ray does not answer, so that no trace can be shown. Try again later."
UNKNOWN = (
    "X-Ray has no such trace of this deployment: it was not sampled, is older than 30 days, or is so new "
    "that it is not there yet."
)


class XRayTraces:
    def __init__(self, make_client: Callable[..., Any], stack: str) -> None:
        """`make_client` is `create_client` of a session of botocore; it is called for the first read."""
        self._make_client = make_client
        self._stack = stack
        self._client: Any = None

    def read(self, trace_id: str) -> Sequence[TracedSpan]:
        """Raises UnavailableError, NotFoundError."""
        try:
            self._client = self._client or self._make_client("xray", config=CONFIG)
            return read(self._client, self._stack, trace_id)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(AWAY, retry_after=5) from error


def read(x_ray: Any, stack: str, trace_id: str) -> Sequence[TracedSpan]:
    """The spans of a trace. `x_ray`: the client of botocore, whose errors are raised.

    Only of a trace of which the stack is a part: X-Ray has those of everybody in the account. Raises
    NotFoundError.
    """
    pages = x_ray.get_paginator("batch_get_traces").paginate(TraceIds=[x_ray_id(trace_id)])
    found = list(spans(trace for page in pages for trace in page["Traces"]))
    # Whole names: those of the functions of another stack may begin with the name of this one.
    own = {f"{stack}-{function}" for function in FUNCTIONS}
    if own.isdisjoint(span.service for span in found):
        raise NotFoundError(UNKNOWN, code="trace_not_found")
    return found
