"""Access tokens: why one was refused is in the logs, and names stand there as pseudonyms."""

import time
from typing import Any

import jwt
import pytest

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.adapters.security.tokens import LEEWAY_S, JwtTokens
from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.identity.account import Principal
from local_cloud.waiting import wait_until

ADA = Principal("ada's id", "ada", "session")
LONG_AGO = 1_000_000_000_000
SOON = 4_000_000_000_000


class Ring:
    def __init__(self, key: str = "k" * 64) -> None:
        self.rotate("1", key)

    def rotate(self, kid: str, key: str) -> None:
        self._keys = Keys(kid, {kid: key})

    def __call__(self) -> Keys:
        return self._keys

    def knowing(self, kid: str) -> Keys:
        return self._keys


def reason(token: str, caplog: pytest.LogCaptureFixture) -> tuple[Any, str]:
    with caplog.at_level("INFO", "gurukool"), pytest.raises(UnauthenticatedError) as refused:
        JwtTokens(Ring(), 600).verify(token)
    [record] = caplog.records
    assert record.message == "access token refused"
    assert token not in str(vars(record))
    return vars(record)["fields"]["reason"], refused.value.code


def test_an_expired_token_is_told_from_a_forged_one(caplog: pytest.LogCaptureFixture) -> None:
    token, _ = JwtTokens(Ring(), 600).issue(ADA, LONG_AGO)

    assert reason(token, caplog) == ("expired", "token_expired")


def test_a_forged_token_is_told_with_what_gives_it_away(caplog: pytest.LogCaptureFixture) -> None:
    token, _ = JwtTokens(Ring("f" * 64), 600).issue(ADA, SOON)

    assert reason(token, caplog) == (jwt.InvalidSignatureError.__name__, "invalid_token")


def test_what_is_no_token_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert reason("Hunter2", caplog)[0] == jwt.DecodeError.__name__


@pytest.mark.parametrize(
    ("session_id", "scopes"),
    [("service:key", None), ("session", frozenset({"read"})), ("session", frozenset())],
)
def test_a_token_without_a_session_is_limited_and_one_with_a_session_is_not(
    caplog: pytest.LogCaptureFixture, session_id: str, scopes: frozenset[str] | None
) -> None:
    now = int(time.time() * 1000)
    token, _ = JwtTokens(Ring(), 600).issue(Principal("id", "ada", session_id, scopes=scopes), now)

    assert reason(token, caplog) == (jwt.InvalidTokenError.__name__, "invalid_token")


@pytest.mark.parametrize("seq", [None, 7])
def test_a_minted_token_tells_what_it_is_for(seq: int | None) -> None:
    bearer = Principal("ada", "ada", "service:key", scopes=frozenset({"read", "enqueue:*"}), seq=seq)
    tokens = JwtTokens(Ring(), 600)

    token, seconds = tokens.issue(bearer, int(time.time() * 1000), 30)

    assert (tokens.verify(token), seconds) == (bearer, 30)


def test_a_pseudonym_is_the_same_for_the_same_name_and_key_alone() -> None:
    tokens = JwtTokens(Ring(), 600)

    assert tokens.pseudonym("ada") == JwtTokens(Ring(), 60).pseudonym("ada")
    assert (
        len(
            {
                tokens.pseudonym("ada"),
                tokens.pseudonym("bob"),
                JwtTokens(Ring("f" * 64), 600).pseudonym("ada"),
            }
        )
        == 3
    )
    assert "ada" not in tokens.pseudonym("ada")


def refusal(tokens: JwtTokens, token: str) -> str | None:
    try:
        tokens.verify(token)
    except UnauthenticatedError as error:
        return error.code
    return None


def now() -> int:
    return int(time.time() * 1000)


def test_a_token_that_was_verified_is_taken_again() -> None:
    tokens = JwtTokens(Ring(), 600)
    issued = [tokens.issue(Principal(f"id-{n}", "ada", "session"), now())[0] for n in range(3)]

    seen = [tokens.verify(token).user_id for token in issued * 2]

    assert seen == ["id-0", "id-1", "id-2"] * 2


@pytest.mark.parametrize(("kid", "key"), [("2", "k" * 64), ("1", "n" * 64)])
def test_a_token_that_was_verified_is_refused_when_its_key_is_gone(kid: str, key: str) -> None:
    ring = Ring()
    tokens = JwtTokens(ring, 600)
    token, _ = tokens.issue(ADA, now())
    assert tokens.verify(token) == ADA

    ring.rotate(kid, key)

    with pytest.raises(UnauthenticatedError, match="not valid"):
        tokens.verify(token)


def test_a_token_that_was_verified_is_refused_when_it_has_expired() -> None:
    tokens = JwtTokens(Ring(), 600)
    token, _ = tokens.issue(ADA, now() - (600 + LEEWAY_S - 3) * 1000)  # valid for two seconds more
    assert tokens.verify(token) == ADA

    assert wait_until(lambda: refusal(tokens, token) == "token_expired", 10)


def test_a_changed_token_is_refused_beside_one_that_was_verified() -> None:
    tokens = JwtTokens(Ring(), 600)
    token, _ = tokens.issue(ADA, now())
    tokens.verify(token)
    head, claims, signature = token.split(".")
    other = JwtTokens(Ring(), 600).issue(Principal("eve", "eve", "session"), now())[0].split(".")[1]

    for forged in (f"{head}.{other}.{signature}", f"{head}.{claims}.", f"{head}.{claims}.{signature}x"):
        with pytest.raises(UnauthenticatedError):
            tokens.verify(forged)


def test_no_more_tokens_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.adapters.security.tokens.MOST_REMEMBERED", 2)
    tokens = JwtTokens(Ring(), 600)
    issued = [tokens.issue(Principal(f"id-{n}", "ada", "session"), now())[0] for n in range(4)]

    for token in issued * 2:
        tokens.verify(token)

    assert list(tokens._verified) == issued[2:]
