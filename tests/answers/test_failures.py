"""What is answered when the application itself cannot go on: nothing of its inside."""

import importlib
import pkgutil
from http import HTTPStatus

import pytest
from chalice.app import Response

import chalicelib
from chalicelib.api.assembly import OPERATIONS
from chalicelib.api.authentication import Gate
from chalicelib.core.errors import GurukoolError, UnavailableError
from chalicelib.web.call import Call
from chalicelib.web.mounting import mount
from chalicelib.web.problems import STATUS, general_code
from chalicelib.web.routes import Routes
from local_cloud.api_client import Answer
from tests.answers.service import Service
from tests.answers.uploading import Bucket, announced
from tests.e2e.users import User

INSIDE = "QueuesTable has no key 42"
PASSWORD = "long enough to be one"
BODIES = {
    "register": {"username": "somebody", "password": PASSWORD},
    "login": {"username": "somebody", "password": PASSWORD},
    "refresh": {"refresh_token": "session.family.secret"},
    "enqueue": {"type": "echo"},
    "enqueue_batch": {"requests": [{"type": "echo"}]},
    "change_password": {"current_password": PASSWORD, "new_password": PASSWORD},
    "delete_account": {"password": PASSWORD},
    "mark_read": {"seq": 1},
    "replay_callbacks": {"from": 1},
    "schedule": {"type": "echo", "enter_at": "2026-11-29T08:00:00Z"},
    "signal": {"payload": 1},
    "offer_upload": announced(b"1"),
    "use_sign_in_link": {"token": f"somebody~{'A' * 43}", "new_password": PASSWORD},
    "make_sign_in_link": {"ttl_seconds": 60},
    "set_password": {"password": PASSWORD},
    "make_key": {"name": "shop", "scopes": ["read"]},
}
PLACES = {
    "name": "approval",
    "seq": "1",
    "user_id": "0" * 32,
    "username": "somebody",
    "session_id": "session",
    "key_id": "0" * 16,
    "trace_id": "0" * 32,
    "id": f"{0:015d}-{0:018d}",
}
WITHOUT_STORE = {"health", "openapi"}
OWN = [operation for operation in OPERATIONS if operation.on_behalf is None]
NAMES = sorted({operation.view.__name__ for operation in OWN} - WITHOUT_STORE)


@pytest.fixture(autouse=True)
def bucket(service: Service) -> Bucket:
    """The deployment takes uploads."""
    return Bucket(service)


def call(user: User, name: str) -> Answer:
    """The operation of that name, as it should be called."""
    operation = next(operation for operation in OWN if operation.view.__name__ == name)
    assert operation.takes_body == (name in BODIES)
    return user.session.call(operation.method, operation.path.format(**PLACES), BODIES.get(name))


@pytest.mark.parametrize("name", NAMES)
def test_any_call_says_to_try_again_while_the_store_does_not_answer(
    service: Service, admin: User, name: str
) -> None:
    service.break_stores(UnavailableError("The store does not answer. Try again."))

    answer = call(admin, name)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "code": "unavailable",
        "status": 503,
        "detail": "The store does not answer. Try again.",
    }


@pytest.mark.parametrize("name", NAMES)
def test_any_call_that_meets_an_unforeseen_error_shows_nothing_of_it(
    service: Service,
    admin: User,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    service.break_stores(RuntimeError(INSIDE))

    answer = call(admin, name)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status, answer.body) == (
        500,
        {
            "type": "about:blank",
            "title": "Internal Server Error",
            "code": "internal",
            "status": 500,
            "detail": "Something went wrong on our side.",
        },
    )
    assert INSIDE not in str(answer.headers)


def test_what_went_wrong_is_in_the_logs_under_the_id_that_the_answer_carries(
    service: Service, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    service.break_stores(RuntimeError(INSIDE))

    answer = user.session.call("GET", "/api/queue")

    assert len(answer.headers["X-Request-Id"]) == 36
    [record] = [record for record in caplog.records if record.message == "call failed"]
    assert INSIDE in str(vars(record)["fields"]["exception"])


def test_a_page_that_cannot_be_served_shows_nothing_of_why(service: Service) -> None:
    routes = Routes()

    @routes.page("/broken")
    def broken(call: Call) -> Response:
        raise RuntimeError(INSIDE)

    mount(service.api.app, (), routes.pages, service.container, Gate(service.container))

    answer = service.api.call("GET", "/broken")

    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert INSIDE not in str(answer)


def test_every_error_that_the_core_may_refuse_with_has_a_status() -> None:
    for module in pkgutil.walk_packages(chalicelib.__path__, f"{chalicelib.__name__}."):
        importlib.import_module(module.name)

    assert leaves(GurukoolError) == STATUS.keys()
    assert all(status.is_client_error or status.is_server_error for status in STATUS.values())


def leaves(error: type[GurukoolError]) -> set[type[GurukoolError]]:
    below = [leaf for child in error.__subclasses__() for leaf in leaves(child)]
    return set(below) or {error}


def test_a_status_has_one_general_code() -> None:
    """That of its first error; a later error with the same status is a special case of it."""
    codes = {status: general_code(status) for status in STATUS.values()}

    assert len(set(codes.values())) == len(codes)
    assert codes[HTTPStatus.SERVICE_UNAVAILABLE] == "unavailable"
