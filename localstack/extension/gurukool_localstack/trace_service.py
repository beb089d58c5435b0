"""X-Ray's BatchGetTraces, with what `traces` has received. LocalStack has no X-Ray.

https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
"""

import json
from http import HTTPStatus
from typing import Any

from localstack.aws import handlers

from gurukool_localstack.trace_documents import as_segment, x_ray_id
from gurukool_localstack.traces import kept

_MOST = 5  # traces of one call


def install() -> None:
    """After `iam.check`, whose handler sees each call before."""
    handlers.serve_custom_service_request_handlers.append(_answer)


def _answer(chain: Any, context: Any, _response: Any) -> None:
    if context.service is None or context.service.service_name != "xray":
        return
    if context.operation.name != "BatchGetTraces":
        return
    wanted = context.service_request["TraceIds"]
    if len(wanted) > _MOST:
        message = {"__type": "InvalidRequestException", "message": f"At most {_MOST} traces at a time."}
        _respond(chain, HTTPStatus.BAD_REQUEST, message)
        return
    found = [trace for trace_id in wanted if (trace := _trace(trace_id))["Segments"]]
    unknown: list[str] = []  # those that do not exist are left out, as on AWS
    _respond(chain, HTTPStatus.OK, {"Traces": found, "UnprocessedTraceIds": unknown})


def _trace(trace_id: str) -> dict[str, Any]:
    spans = [span for span in kept() if x_ray_id(span["trace_id"]) == trace_id]
    moments = [span[end] for span in spans for end in ("begun", "ended")] or [0]
    return {
        "Id": trace_id,
        "Duration": (max(moments) - min(moments)) / 1000,
        "LimitExceeded": False,
        "Segments": [as_segment(span) for span in spans],
    }


def _respond(chain: Any, status: HTTPStatus, answer: dict[str, Any]) -> None:
    chain.respond(status, json.dumps(answer).encode(), {"Content-Type": "application/json"})
