"""Where the pages of an export end and go on."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.api.identity.export_views import LONGEST_MS, record_of
from chalicelib.core.identity import export
from chalicelib.core.queueing.events import chunk_name
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from tests.answers.exporting import export_all, live, of_kind
from tests.answers.service import Service
from tests.e2e.users import User


def test_pages_of_any_size_have_the_same_pieces(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(service, user)
    whole = list(export_all(user.session))
    monkeypatch.setattr("chalicelib.api.identity.export_views.ANSWER_LIMIT", 1)
    monkeypatch.setattr(export, "AT_ONCE", 2)

    page = user.session.ask("GET", "/api/account/export")

    assert len(page["records"]) == 1
    assert list(export_all(user.session)) == whole


def test_events_follow_their_request_and_a_page_may_end_between_two(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(service, user)
    requests = service.store.tables.requests[user.user_id]
    requests[2] = replace(requests[2], eventful=True)
    for first, text in ((1, '5 1 output "a"\n6 1 output "b"'), (3, '7 2 output "c"'), (4, "end")):
        note = Note(NoteKey(2, NoteKind.EVENT, chunk_name(first)), text, 2**50)
        service.store.notes.add(user.user_id, note)
    monkeypatch.setattr("chalicelib.api.identity.export_views.ANSWER_LIMIT", 1)
    monkeypatch.setattr(export, "CHUNKS_AT_ONCE", 1)

    records = list(export_all(user.session))

    kinds = [record["kind"] for record in records]
    assert kinds[4:] == ["request", "request", "event", "event", "event", "request"]
    events = of_kind(records, "event")
    assert [(e["seq"], e["n"], e["attempt"], e["data"]) for e in events] == [
        (2, 1, 1, "a"),
        (2, 2, 1, "b"),
        (2, 3, 2, "c"),
    ]


def test_a_page_reads_no_chunk_before_its_mark_again(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(service, user)
    requests, notes = service.store.tables.requests[user.user_id], service.store.notes
    requests[2] = replace(requests[2], eventful=True)
    for first in range(1, 41, 2):
        note = Note(NoteKey(2, NoteKind.EVENT, chunk_name(first)), '5 1 output "a"\n6 1 output "b"', 2**50)
        notes.add(user.user_id, note)
    monkeypatch.setattr("chalicelib.api.identity.export_views.ANSWER_LIMIT", 1)
    monkeypatch.setattr(export, "CHUNKS_AT_ONCE", 1)
    read, chunks = list[str](), notes.list

    def watched(*key: Any) -> Any:
        read.append(key[3])
        return chunks(*key)

    monkeypatch.setattr(notes, "list", watched)

    page = user.session.ask("GET", "/api/account/export?after=request:2.37")

    assert [record["data"]["n"] for record in page["records"]] == [38]
    assert min(read) >= chunk_name(36)


@pytest.mark.parametrize(
    ("mark", "months"),
    [
        ("request:3.0", ["2027-01", "2026-12", "2026-11"]),
        (f"audit:2099-12.{0:015d}-{0:08x}", ["2027-01", "2026-12", "2026-11"]),
        (f"audit:2026-12.{0:015d}-{0:08x}", ["2026-12", "2026-11"]),
    ],
)
def test_the_audit_log_is_read_month_by_month_as_long_as_an_answer_may_take(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch, mark: str, months: list[str]
) -> None:
    live(service, user)
    read, page = list[str](), service.audit.page

    def slow(month: str, *args: Any) -> Any:
        service.clock.advance(LONGEST_MS)
        read.append(month)
        return page(month, *args)

    monkeypatch.setattr(service.audit, "page", slow)

    answer = user.session.ask("GET", f"/api/account/export?after={mark}")
    assert len(read) <= 2
    while answer["next"] is not None:
        answer = user.session.ask("GET", f"/api/account/export?after={answer['next']}")

    assert list(dict.fromkeys(read)) == months


def test_an_answer_comes_long_before_the_gateway_gives_up(
    service: Service, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(service, user)
    began = service.clock.now()

    def slow(*args: Any) -> str:
        service.clock.advance(3_000)
        return record_of(*args)

    monkeypatch.setattr("chalicelib.api.identity.export_views.record_of", slow)

    answer = user.session.ask("GET", "/api/account/export?after=request:0.0")

    assert answer["next"] == "request:1.0"
    assert service.clock.now() - began <= 6_000


@pytest.mark.parametrize(
    "mark", ["x", "request:", "request:1", "event:1.1", "audit:2026-13.", "session:a b", "account:2", ":"]
)
def test_a_mark_that_no_answer_had_is_refused(user: User, mark: str) -> None:
    answer = user.session.call("GET", f"/api/account/export?after={mark.replace(' ', '%20')}")

    assert (answer.status, [error["path"] for error in answer.body["errors"]]) == (422, ["after"])
