"""The API's own port.

A method of the deployed stage with a function behind it is served here, without LocalStack's web server, its
routers and its chain of handlers, which took two thirds of the CPU time of a call. Everything else is handed
to LocalStack as before.
"""

import functools
import time

from localstack.aws.handlers import cors
from localstack.config import GATEWAY_LISTEN

from gurukool_localstack import service_metrics, settings
from gurukool_localstack.front import fallback, proxy
from gurukool_localstack.front.event import Call, headers_of
from gurukool_localstack.front.routes import Stage
from gurukool_localstack.http1.connection import Limits
from gurukool_localstack.http1.messages import Answer, Request
from gurukool_localstack.http1.server import Server, addresses
from gurukool_localstack.origins import is_plain

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
LIMITS = Limits(head_bytes=10_240, body_bytes=10 * 1024 * 1024, idle_seconds=60.0)

# While a stack is deployed after a start. LocalStack answers 404, after which a client would not try again.
_NOT_YET = Answer(
    503,
    [("Content-Type", "application/json"), ("Retry-After", "1")],
    b'{"message": "The API is not deployed yet. Try again."}',
)


@functools.cache
def _servers() -> list[Server]:
    """For each address of the port; none if no API has a port of its own."""
    ours = settings.current().api
    if ours is None:
        return []
    handler = functools.partial(answer, stage=Stage(ours.id, ours.stage), port=ours.port)
    # LocalStack knows its own pages by the ports in GATEWAY_LISTEN.
    cors.ALLOWED_CORS_ORIGINS.append(f"http://localhost:{ours.port}")
    return [Server(host, ours.port, handler, LIMITS) for host in addresses(GATEWAY_LISTEN[0].host)]


def install() -> None:
    """Listens. Raises OSError if the port is in use. Connections wait until LocalStack is ready."""
    _servers()


def ready() -> None:
    """Serves."""
    for server in _servers():
        server.start("api-port")


def answer(request: Request, *, stage: Stage, port: int) -> Answer:
    """Answers a request at the port."""
    path = request.target.partition("?")[0]
    if _may_be_ours(request, path):
        if not stage.is_deployed():
            return _NOT_YET
        deployed = stage.current()
        match = deployed and deployed.routes.match(request.method, path)
        if deployed and match:
            return _measured(Call(request, path, headers_of(request), port, deployed, match))
    return fallback.answer(request, port)


def _measured(call: Call) -> Answer:
    """Only an API whose name is its id has this port."""
    started = time.perf_counter()
    answer = proxy.answer(call)
    milliseconds = (time.perf_counter() - started) * 1000
    owner = call.deployed.deployment
    service_metrics.answered(
        owner.account_id, owner.region, call.deployed.api_id, answer.status, milliseconds
    )
    return answer


def _may_be_ours(request: Request, path: str) -> bool:
    """False for what LocalStack itself answers or refuses, and for paths and bodies that it changes."""
    return (
        not path.startswith("/_")
        and "//" not in path
        and ";" not in path
        and "#" not in request.target
        and request.target.isascii()
        and request.method.isupper()
        and not request.header("content-encoding")
        and is_plain(request.header("host"))
    )
