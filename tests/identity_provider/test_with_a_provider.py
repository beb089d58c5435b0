"""Tokens of a real provider: npm's oidc-provider, with keys of RS256 and ES256."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.oidc.discovery import read_keys
from chalicelib.adapters.oidc.provider_keys import FRESH_S, KEPT_S, LOOK_AGAIN_S, RETRY_S, ProviderKeys
from chalicelib.adapters.oidc.tokens import ProviderTokens
from chalicelib.core.errors import GurukoolError, UnauthenticatedError, UnavailableError
from local_cloud.api_client import Answer, Session
from tests.answers.service import Service
from tests.identity_provider.provider import AUDIENCE, Provider

DOCUMENTS = 2  # of one look at the keys: the description, the JWKS


class Verifier:
    """Of one process, whose time passes when a test says so."""

    def __init__(self, provider: Provider, audience: str = AUDIENCE, issuer: str = "") -> None:
        self.seconds = 1000.0
        issuer = issuer or provider.issuer
        keys = ProviderKeys(lambda: read_keys(issuer), lambda: self.seconds)
        self._tokens = ProviderTokens(issuer, audience, keys)

    def user(self, token: str) -> str:
        return self._tokens.verify(token).user_id

    def refusal(self, token: str) -> GurukoolError:
        with pytest.raises((UnauthenticatedError, UnavailableError)) as refused:
            self.user(token)
        return refused.value


@pytest.fixture
def verifier(provider: Provider) -> Verifier:
    return Verifier(provider)


def calls_of(provider: Provider, action: Callable[[], Any]) -> int:
    """How many calls the provider got by what was done."""
    before = provider.answered()
    action()
    return provider.answered() - before


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_access_tokens_and_id_tokens_say_who_it_is(provider: Provider, algorithm: str) -> None:
    access, of_id = (
        provider.access_token("auth0|5f7c", algorithm),
        provider.id_token("auth0|5f7c", algorithm),
    )

    assert Verifier(provider).user(access) == "auth0~7C5f7c"
    assert Verifier(provider, audience=algorithm).user(of_id) == "auth0~7C5f7c"


def test_a_token_for_another_audience_is_refused(provider: Provider, verifier: Verifier) -> None:
    for token in (provider.access_token("ada", audience="https://other.example"), provider.id_token("ada")):
        assert verifier.refusal(token).code == "invalid_token"


def test_an_expired_token_is_told_from_a_forged_one(provider: Provider, verifier: Verifier) -> None:
    assert verifier.refusal(provider.access_token("ada", seconds="-60")).code == "token_expired"


def test_a_provider_by_another_name_is_another_one(provider: Provider) -> None:
    """It describes itself by the address at which the operator should have named it."""
    other = Verifier(provider, issuer=provider.issuer.replace("127.0.0.1", "localhost"))

    assert other.refusal(provider.access_token("ada")).code == "identity_provider_unavailable"


def test_keys_are_read_once_and_again_after_ten_minutes(provider: Provider, verifier: Verifier) -> None:
    tokens = [provider.access_token("ada", algorithm) for algorithm in ("RS256", "ES256")]

    def verify() -> None:
        for token in tokens * 3:
            verifier.user(token)

    assert calls_of(provider, verify) == DOCUMENTS
    verifier.seconds += FRESH_S
    assert calls_of(provider, verify) == DOCUMENTS


def test_new_keys_are_known_after_half_a_minute_and_the_old_ones_no_longer(
    provider: Provider, verifier: Verifier
) -> None:
    old = provider.access_token("ada")
    assert verifier.user(old) == "ada"

    provider.rotate()

    new = provider.access_token("ada")
    assert verifier.refusal(new).code == "invalid_token", "they were read a moment ago"
    verifier.seconds += LOOK_AGAIN_S
    assert verifier.user(new) == "ada"
    assert verifier.refusal(old).code == "invalid_token"


def test_a_flood_of_unknown_keys_reads_once_in_half_a_minute(provider: Provider, verifier: Verifier) -> None:
    known, unknown = provider.access_token("ada"), provider.access_token("ada")
    provider.rotate()
    good = provider.access_token("ada")
    assert verifier.user(good) == "ada"

    def flood() -> None:
        for _ in range(60):
            verifier.seconds += 1
            for token in (known, unknown):
                assert verifier.refusal(token).code == "invalid_token"
            assert verifier.user(good) == "ada"

    assert calls_of(provider, flood) == 60 // LOOK_AGAIN_S * DOCUMENTS


def test_a_provider_that_is_away_at_first_is_asked_again_after_some_seconds(
    provider: Provider, verifier: Verifier
) -> None:
    token = provider.access_token("ada")
    provider.stop()
    away = verifier.refusal(token)
    assert isinstance(away, UnavailableError)
    assert (away.code, away.retry_after) == ("identity_provider_unavailable", RETRY_S)

    provider.start()

    assert verifier.refusal(token).code == away.code, "it was asked a moment ago"
    verifier.seconds += RETRY_S
    assert verifier.user(token) == "ada"


def test_while_the_provider_is_away_known_keys_are_used_for_a_day(
    provider: Provider, verifier: Verifier
) -> None:
    known = provider.access_token("ada")
    assert verifier.user(known) == "ada"
    provider.rotate()
    unknown = provider.access_token("ada")
    provider.stop()

    verifier.seconds += KEPT_S
    assert verifier.user(known) == "ada"
    assert verifier.refusal(unknown).code == "identity_provider_unavailable", "it may be a new one"

    verifier.seconds += LOOK_AGAIN_S
    assert verifier.refusal(known).code == "identity_provider_unavailable"


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


def test_the_api_lets_the_users_of_the_provider_in(provider: Provider) -> None:
    """Over HTTP to the provider; the application is in this process."""
    service = Service({"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": AUDIENCE})
    ada = Session(service.api, provider.access_token("auth0|5f7c", "ES256"))

    assert ada.ask("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"n": 1}})["seq"] == 1
    service.work()
    assert ada.ask("GET", "/api/queue/dequeue")["result"] == {"n": 1}

    expired = Session(service.api, provider.access_token("ada", seconds="-60"))
    assert problem(expired.call("GET", "/api/queue")) == (401, "token_expired")
    assert service.sign_up().session.call("GET", "/api/queue").status == 200, "accounts go on as before"


def test_the_api_says_that_the_provider_is_away(provider: Provider) -> None:
    service = Service({"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": AUDIENCE})
    token = provider.access_token("ada")
    provider.stop()

    answer = Session(service.api, token).call("GET", "/api/queue")

    assert problem(answer) == (503, "identity_provider_unavailable")
    assert answer.headers["Retry-After"] == str(RETRY_S)
    assert service.sign_up().session.call("GET", "/api/queue").status == 200, "accounts do not need it"
