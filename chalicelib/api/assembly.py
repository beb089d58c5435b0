"""The HTTP API as a whole: the operations of all subjects, answered over a container."""

from functools import cache
from itertools import chain
from typing import Any

from chalice.app import Chalice

from chalicelib.api import system
from chalicelib.api.authentication import Gate
from chalicelib.api.identity import (
    account,
    admin_accounts,
    admin_metrics,
    admin_queues,
    admin_services,
    admin_traces,
    minted_tokens,
    named_users,
    sessions,
)
from chalicelib.api.on_behalf import on_behalf
from chalicelib.api.pages import console, docs
from chalicelib.api.queueing import (
    callbacks,
    enqueue,
    events,
    outcomes,
    queue,
    requests,
    scheduled,
    uploads,
)
from chalicelib.container import Container
from chalicelib.core.time import Millis
from chalicelib.web import mounting
from chalicelib.web.cors import Cors
from chalicelib.web.middleware import Middleware

PAGES = (console, docs)
FOR_USERS = (minted_tokens, named_users)
QUEUEING = (enqueue, uploads, queue, requests, events, outcomes, scheduled, callbacks)
SUBJECTS = (
    *(sessions, account),
    *QUEUEING,
    *(admin_queues, admin_metrics, admin_traces, admin_accounts, admin_services),
    system,
)
OPERATIONS = (
    *chain.from_iterable(module.routes.operations for module in SUBJECTS),
    *map(on_behalf, chain.from_iterable(module.routes.operations for module in (*QUEUEING, *FOR_USERS))),
)
CORS = Cors(
    # The star stands for whatever headers tracing agents add; it never includes Authorization.
    sent="Authorization, Content-Type, Idempotency-Key, traceparent, *",
    read="Location, Retry-After, X-Request-Id, Idempotency-Replayed, Results-Omitted",
)


def mount(app: Chalice, container: Container) -> None:
    """Have `app` answer all calls of the API and of the pages, over this container."""

    def now() -> Millis:
        return container.adapters.clock.now()

    middleware = Middleware(container.begin, now, lambda: container.settings.cors_origins, CORS)
    app.register_middleware(middleware, "http")
    pages = chain.from_iterable(module.routes.pages for module in PAGES)
    mounting.mount(app, OPERATIONS, pages, container, Gate(container))


@cache
def document(container: Container) -> dict[str, Any]:
    """The OpenAPI document of the API with its handlers, without the address of its server."""
    from chalicelib.api.description.description import description  # needed by few calls
    from chalicelib.handlers.inventory import documented
    from chalicelib.web import openapi

    handlers = documented(container.declared, container.manifest)
    return openapi.document(OPERATIONS, description(handlers, container.settings.oidc_issuer))
