"""What users of the identity provider may do: everything with their own queue, and nothing else."""

from dataclasses import replace

import pytest

from chalicelib.api import assembly
from chalicelib.api.assembly import OPERATIONS
from chalicelib.core.queueing.access import OIDC_USER
from local_cloud.api_client import Answer, Session
from tests.answers.service import Service
from tests.e2e.users import User
from tests.identity_provider.signing import ISSUER, SigningProvider

ENQUEUE = ("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"n": 1}})
PLACES = {"seq": "1", "id": f"{0:015d}-{0:018d}", "name": "approval"}
OTHERS = {
    "user": "ada",
    "username": "somebody",
    "user_id": "0" * 32,
    "session_id": "s",
    "key_id": "0" * 16,
    "trace_id": "0" * 32,
}


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


@pytest.fixture
def backend(service: Service, admin: User) -> Session:
    """A service that knows the users of the same provider."""
    body = {"name": "shop", "scopes": ["enqueue:*", "read", "dequeue", "control"]}
    return Session(service.api, admin.session.ask("POST", "/api/admin/keys", body)["key"])


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("ada", "ada"),
        ("auth0|5f7c", "auth0~7C5f7c"),
        ("auth0~7C5f7c", "auth0~7E7C5f7c"),
        ("ädä", "~C3~A4d~C3~A4"),
        ("0123456789ABCDEF" * 2, "~30123456789ABCDEF0123456789ABCDEF"),
        ("a" * 128, "a" * 128),
    ],
)
def test_a_user_and_the_backend_meet_in_one_queue(
    service: Service, signing: SigningProvider, backend: Session, subject: str, name: str
) -> None:
    user = signing.session(service, subject)

    assert user.ask(*ENQUEUE)["seq"] == 1
    assert backend.ask("POST", f"/api/users/{name}/queue/enqueue", {"type": "echo"})["seq"] == 2
    service.work()

    assert backend.ask("GET", f"/api/users/{name}/queue/dequeue")["result"] == {"n": 1}
    assert user.queue()["read"] == 1


@pytest.mark.parametrize("subject", ["", "a" * 129, "|" * 43])
def test_a_user_whose_name_is_too_long_is_told_so(
    service: Service, signing: SigningProvider, subject: str
) -> None:
    answer = signing.session(service, subject).call("GET", "/api/queue")

    assert refusal(answer) == (401, "unusable_subject")
    assert "128 characters" in answer.body["detail"]


def test_the_id_of_an_account_as_subject_is_not_the_account(
    service: Service, signing: SigningProvider, admin: User
) -> None:
    admin.session.ask(*ENQUEUE)

    assert signing.session(service, admin.user_id).queue()["tail"] == 0


def test_everything_is_allowed_with_the_own_queue(service: Service, signing: SigningProvider) -> None:
    user, tried = signing.session(service), 0
    for operation in OPERATIONS:
        if operation.path.startswith("/api/queue"):
            answer = user.call(operation.method, operation.path.format(**PLACES), {})
            assert answer.status not in (401, 403), operation.operation_id
            tried += 1
    assert tried >= 22


def test_nothing_else_is_allowed_whatever_the_token_claims(
    service: Service, signing: SigningProvider
) -> None:
    """Nobody becomes an administrator by another's word."""
    claims = {"role": "admin", "sid": "session", "name": "admin", "scope": "tokens control admin"}
    user, codes = signing.session(service, **claims), set()
    for operation in OPERATIONS:
        if operation.signed_in and not operation.path.startswith("/api/queue"):
            answer = user.call(operation.method, operation.path.format(**PLACES, **OTHERS), {})
            assert answer.status == 403, operation.operation_id
            codes.add((answer.body["code"], bool(operation.on_behalf)))
    assert codes == {("services_only", True), ("accounts_only", False)}


def test_a_blocked_user_is_refused(service: Service, signing: SigningProvider) -> None:
    user = signing.session(service, "ada")
    user.ask(*ENQUEUE)
    queues = service.store.tables.queues
    queues["ada"] = replace(queues["ada"], blocked=True)

    assert refusal(user.call(*ENQUEUE)) == (403, "user_disabled")
    assert refusal(user.call("GET", "/api/queue")) == (403, "user_disabled")


def test_two_calls_of_a_user_wait_at_a_time_whatever_their_tokens(
    service: Service, signing: SigningProvider
) -> None:
    now = service.clock.now()
    for slot in (1, 2):
        service.sessions.occupy(f"{OIDC_USER} ada", slot, now + 20_000, now)

    assert (
        signing.session(service, "ada", jti="another").call("GET", "/api/queue/dequeue?wait=20").status == 204
    )
    assert service.clock.now() == now
    assert signing.session(service, "bob").call("GET", "/api/queue/dequeue?wait=20").status == 204
    assert service.clock.now() >= now + 20_000


def schemes(service: Service) -> dict[str, list[str]]:
    """By operation: how its caller may authenticate."""
    paths = assembly.document(service.container)["paths"]
    return {
        f"{method} {path}": [name for scheme in operation["security"] for name in scheme]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_the_document_says_what_such_users_may_call(service: Service) -> None:
    described = assembly.document(service.container)["components"]["securitySchemes"]["openIdConnect"]
    assert described["openIdConnectUrl"] == f"{ISSUER}.well-known/openid-configuration"
    for operation, names in schemes(service).items():
        assert ("openIdConnect" in names) is ("/api/queue" in operation), operation


def test_without_a_provider_its_tokens_open_nothing_and_cost_nothing(signing: SigningProvider) -> None:
    service = Service()

    assert signing.session(service).call("GET", "/api/queue").status == 401
    assert "identity_provider" not in vars(service.adapters)
    assert not any("openIdConnect" in names for names in schemes(service).values())
