"""What is answered to who looks after their sessions."""

from typing import Any

from local_cloud.api_client import Api, Session
from tests.answers.service import Service
from tests.e2e.users import User

SESSIONS = "/api/auth/sessions"
STARTED = "2027-01-15T08:00:00.000Z"  # when the clock of the fakes starts


def sign_in(api: Api, user: User, client: str) -> tuple[Session, str]:
    """A further session of the user and its refresh token."""
    credentials = {"username": user.username, "password": user.password}
    tokens = api.ask("POST", "/api/auth/login", credentials, {"User-Agent": client})
    return Session(api, tokens["access_token"]), tokens["refresh_token"]


def listed(session: Session) -> list[Any]:
    return list(session.ask("GET", SESSIONS)["sessions"])


def test_sessions_are_listed_with_their_client_and_times_the_oldest_first(
    service: Service, api: Api, user: User
) -> None:
    service.clock.advance(1_500)
    second, token = sign_in(api, user, "curl/8.9")
    service.clock.advance(60_000)
    api.ask("POST", "/api/auth/refresh", {"refresh_token": token})

    first, refreshed = listed(second)

    assert first["started_at"] == first["refreshed_at"] == STARTED
    assert first["expires_at"] == "2027-01-29T08:00:00.000Z", "after fourteen days"
    assert refreshed == {
        "session_id": token.partition(".")[0],
        "client": "curl/8.9",
        "current": True,
        "started_at": "2027-01-15T08:00:01.500Z",
        "refreshed_at": "2027-01-15T08:01:01.500Z",
        "expires_at": "2027-01-29T08:01:01.500Z",
    }


def test_each_session_sees_itself_as_the_current_one(api: Api, user: User) -> None:
    other, _ = sign_in(api, user, "")

    assert [session["current"] for session in listed(user.session)] == [True, False]
    assert [session["current"] for session in listed(other)] == [False, True]


def test_what_a_client_calls_itself_is_shown_short_and_without_what_cannot_be_printed(
    api: Api, user: User
) -> None:
    session, _ = sign_in(api, user, "\x1b[31mtel\u00e9phone\x00" + "x" * 200)

    assert listed(session)[1]["client"] == "[31mtelphone" + "x" * 108


def test_all_other_sessions_are_ended_by_one_call(api: Api, user: User) -> None:
    others = [sign_in(api, user, "") for _ in range(2)]

    answer = user.session.call("DELETE", SESSIONS)

    assert (answer.status, answer.body) == (204, None)
    assert [session["current"] for session in listed(user.session)] == [True]
    for session, token in others:
        assert session.call("GET", SESSIONS).status == 401
        assert api.call("POST", "/api/auth/refresh", {"refresh_token": token}).status == 401


def test_a_session_that_is_over_is_not_listed_any_more(service: Service, api: Api, user: User) -> None:
    service.clock.advance(13 * 24 * 3600 * 1000)
    second, _ = sign_in(api, user, "")
    assert len(listed(second)) == 2

    service.clock.advance(24 * 3600 * 1000)

    assert [session["current"] for session in listed(second)] == [True]


def test_signing_out_is_answered_with_204_and_nothing_else_however_often(api: Api, user: User) -> None:
    other, _ = sign_in(api, user, "")

    for _ in range(2):
        answer = user.session.call("POST", "/api/auth/logout")
        assert (answer.status, answer.body, "Content-Type" in answer.headers) == (204, None, False)

    assert user.session.call("GET", SESSIONS).status == 401
    assert other.call("POST", "/api/queue/enqueue", {"type": "echo"}).status == 202


def test_who_was_never_signed_in_cannot_sign_out(api: Api) -> None:
    assert api.call("POST", "/api/auth/logout").status == 401
