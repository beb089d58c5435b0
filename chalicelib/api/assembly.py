"""The HTTP API as a whole: its operations, put to work by a Chalice application over a container."""

from functools import cache
from itertools import chain
from typing import Any

from chalice.app import Chalice

from chalicelib.adapters.runtime.invocation import begin
from chalicelib.api import accounts, admin, console, docs, outcomes, queue, system
from chalicelib.api.authentication import authenticator
from chalicelib.container import Container
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.time import Millis
from chalicelib.web.middleware import Middleware
from chalicelib.web.mounting import mount as mount_routes

ROUTES = [module.routes for module in (console, docs, accounts, queue, outcomes, admin, system)]
OPERATIONS = tuple(chain.from_iterable(routes.operations for routes in ROUTES))


def mount(app: Chalice, container: Container) -> None:
    """Answer all calls of the API, and of the pages, by `app`."""

    def begin_call(context: Any) -> None:
        begin(context, container.settings.log_level, traced=container.settings.tracing)

    def now() -> Millis:
        return container.adapters.clock.now()

    middleware = Middleware(begin_call, now, origins=lambda: container.settings.cors_origins)
    app.register_middleware(middleware, "http")
    for routes in ROUTES:
        mount_routes(app, routes, container, authenticator(container))


@cache
def document(handlers: Registry) -> dict[str, Any]:
    """The OpenAPI document of the API with these handlers, without the address of its server."""
    from chalicelib.web import openapi  # not at every cold start: few callers ask for it

    return openapi.document(OPERATIONS, handlers)
