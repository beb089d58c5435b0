"""What every answer gets, whatever has made it: security headers, a request id, one log line."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from chalice.app import Request, Response

from chalicelib.adapters.runtime import current_call, logs, tracing
from chalicelib.core.log_events import log_event
from chalicelib.web import problems
from chalicelib.web.call import Call
from chalicelib.web.cors import Cors

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}


class Middleware:
    """Chalice middleware around every call, including calls that no route answers."""

    def __init__(
        self,
        begin: Callable[[Any], None],
        now: Callable[[], int],
        origins: Callable[[], Sequence[str]],
        cors: Cors,
    ) -> None:
        """`begin` is called first, with Lambda's context. `now` is in milliseconds. `origins` are those whose
        pages may call the API.
        """
        self._begin = begin
        self._now = now
        self._origins = origins
        self._cors = cors

    def __call__(self, request: Request, get_response: Callable[[Request], Response]) -> Response:
        context: Any = request.lambda_context
        self._begin(context)
        call = Call(request)
        logs.bind(call=call.id, source=call.source)
        place = tracing.begin_call(call.trace)
        if place:
            logs.bind(trace=place.trace_id)  # as in the lines of the workers about what the call sends
        current_call.begin(call.id, place.header if place else None)
        began, origins = self._now(), self._origins()
        response = self._cors.preflight(request, origins) or _as_problem(get_response(request))
        response.headers = {
            **HEADERS,
            **self._cors.headers(request, origins),
            "X-Request-Id": call.id,
            **response.headers,
        }
        if request.method == "HEAD":
            response.body = ""
        log_event(
            "call answered",
            method=request.method,
            path=request.path,
            status=response.status_code,
            took_ms=self._now() - began,
            request_id=context.aws_request_id,
            **({"wait": True} if "wait" in (request.query_params or {}) else {}),
        )
        if call.trace or current_call.has_sent():  # nobody wants to see how often clients look
            attributes = {
                "call": call.id,
                "http.request.method": request.method,
                "http.response.status_code": response.status_code,
            }
            failed = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            tracing.end_call(f"{request.method} {request.path}", attributes, "failed" if failed else None)
        tracing.export(context.function_name)
        return response


def _as_problem(response: Response) -> Response:
    """The response; if it is an error of Chalice's own (405, …), as a problem document."""
    status = HTTPStatus(response.status_code)
    if status < HTTPStatus.BAD_REQUEST or response.headers.get("Content-Type") == problems.CONTENT_TYPE:
        return response
    message = response.body.get("Message") if isinstance(response.body, dict) else None
    sentence = f"{message or status.description}".rstrip(".") + "."
    converted = problems.problem(status, sentence, problems.general_code(status))
    if allow := response.headers.get("Allow"):
        converted.headers["Allow"] = allow
    return converted
