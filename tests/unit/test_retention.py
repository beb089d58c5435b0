"""How long requests are kept after their outcome: as operators say, or their handler."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.notes import NoteKind
from chalicelib.core.queueing.notes import kept_until as note_kept_until
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.retention import KEPT_MS
from chalicelib.core.queueing.texts import SPARE_MS
from tests.answers.service import Service
from tests.e2e.users import User

HOUR_MS, DAY_MS = 3_600_000, 24 * 3_600_000
KEY = {"Idempotency-Key": "key"}
LARGE = {"text": "x" * 2_000}


@pytest.mark.parametrize(
    ("retention", "kept_ms"),
    [(None, None), ("1h", HOUR_MS), ("366d", 366 * DAY_MS), (timedelta(minutes=90), 90 * 60_000)],
)
def test_a_handler_says_how_long(retention: Any, kept_ms: int | None) -> None:
    @handler("kept", retention=retention)
    def kept(payload: Any) -> None: ...

    assert Registry.of(kept).kept_ms_of("kept") == kept_ms


@pytest.mark.parametrize(
    "retention", ["59m", "0h", "367d", "", "d", timedelta(minutes=59), timedelta(367), 7]
)
def test_it_is_from_an_hour_to_a_year(retention: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="kept: retention"):
        handler("kept", retention=retention)


def test_a_handler_wins_over_the_operator_and_the_default_is_not_stored() -> None:
    @handler("own", retention="2h")
    def own(payload: Any) -> None: ...

    registry = Registry.of(own)
    assert registry.kept_ms_of("other") is None
    registry.kept_ms = DAY_MS
    assert (registry.kept_ms_of("own"), registry.kept_ms_of("other")) == (2 * HOUR_MS, DAY_MS)


def test_events_are_kept_longer_than_their_request() -> None:
    assert note_kept_until(0, NoteKind.EVENT, HOUR_MS) == HOUR_MS + SPARE_MS
    assert note_kept_until(0, NoteKind.EVENT) == KEPT_MS + SPARE_MS


def use(service: Service, user: User, kept_ms: int) -> None:
    """One request with all that is kept with it is there as long as it should, and then gone."""
    body = {"type": "echo", "payload": LARGE}
    sent = [user.session.call("POST", "/api/queue/enqueue", body, KEY).status for _ in range(2)]
    service.work()
    assert sent == [202, 202]
    tables, ended = service.store.tables, service.clock.now()

    request = tables.requests[user.user_id][1]
    assert ended + kept_ms <= (request.expires_at or 0) < ended + kept_ms + 1_000
    expiries = [text.expires_at - ended for text in tables.texts.values()]
    assert sorted(expiry // 1_000 for expiry in expiries) == sorted(
        (kept_ms + more) // 1_000 for more in (DAY_MS, SPARE_MS)
    )
    assert service.store.keys.find(user.user_id, "key", ended + kept_ms - 1_000)
    assert not service.store.keys.find(user.user_id, "key", ended + kept_ms + 1_000)


@pytest.mark.parametrize(("settings", "kept_ms"), [({}, KEPT_MS)])
def test_as_usual(settings: dict[str, str], kept_ms: int) -> None:
    service = Service(settings)
    use(service, service.sign_up(), kept_ms)


@pytest.mark.parametrize("hours", ["1", "8784"])
def test_as_the_operator_says(hours: str) -> None:
    service = Service({"OUTCOME_RETENTION_HOURS": hours})
    use(service, service.sign_up(), int(hours) * HOUR_MS)


def test_as_the_handler_says() -> None:
    service = Service({"OUTCOME_RETENTION_HOURS": "1"})
    echo = service.handlers.get("echo")
    assert echo
    service.handlers.remove("echo")
    service.handlers.add(replace(echo, kept_ms=30 * DAY_MS))
    use(service, service.sign_up(), 30 * DAY_MS)


def test_a_scheduled_request_and_a_cancelled_one_are_kept_as_long() -> None:
    service = Service({"OUTCOME_RETENTION_HOURS": "2"})
    user = service.sign_up()
    due = {"type": "echo", "enter_at": "2027-01-15T08:00:00Z"}
    assert user.session.ask("POST", "/api/queue/scheduled", due)["seq"] == 1
    user.session.ask("POST", "/api/queue/pause")
    user.session.enqueue("echo", {})
    user.session.ask("POST", "/api/queue/requests/2/cancel")
    user.session.ask("POST", "/api/queue/resume")
    service.work()

    found = service.store.tables.requests[user.user_id]
    assert [(request.expires_at or 0) - service.clock.now() for request in found.values()] == [
        2 * HOUR_MS
    ] * 2
