"""Disabling and enabling accounts, and the overview of all queues and of what was done."""

from collections.abc import Sequence
from dataclasses import asdict

import pytest

from chalicelib.core.errors import ConflictError, LostRaceError, NotFoundError, UnauthenticatedError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.audit import Entry
from chalicelib.core.queueing.queue import State
from tests.unit.core.office import Office
from tests.unit.core.stage import SESSION, USER

DAY_MS = 24 * 3600 * 1000


def is_connected(office: Office, principal: Principal) -> bool:
    try:
        office.sessions.require_live(principal)
    except UnauthenticatedError:
        return False
    return True


def test_a_disabled_account_has_no_session_left_and_gets_none(office: Office) -> None:
    disabled = office.administration.disable(office.admin, "ada")

    assert (disabled.user_id, office.accounts.accounts["ada"].disabled) == (USER, True)
    assert not is_connected(office, office.ada)
    assert [session.username for session in office.stored_sessions.sessions.values()] == ["root"]
    with pytest.raises(LostRaceError):
        office.sessions.start(disabled, "")


def test_what_was_accepted_before_its_user_was_disabled_still_runs(office: Office) -> None:
    office.send(2)

    office.administration.disable(office.admin, "ada")
    office.run()

    assert office.started == [1, 2]


def test_an_account_that_was_enabled_again_gets_sessions_again(office: Office) -> None:
    office.administration.disable(office.admin, "ada")

    account = office.administration.enable(office.admin, "ada")

    assert not office.accounts.accounts["ada"].disabled
    assert office.sessions.start(account, "")
    assert not is_connected(office, office.ada), "what was ended stays so"


def test_who_never_signed_in_can_be_disabled_and_enabled(office: Office) -> None:
    office.accounts.add(Account("eve", "eve's id", "", office.clock.now()))

    for change, disabled in ((office.administration.disable, True), (office.administration.enable, False)):
        assert change(office.admin, "eve").user_id == "eve's id"
        assert office.accounts.accounts["eve"].disabled is disabled


def test_nobody_disables_themselves_under_whatever_spelling(office: Office) -> None:
    with pytest.raises(ConflictError):
        office.administration.disable(office.admin, "ROOT")

    assert is_connected(office, office.admin)
    assert office.noted() == [], "nothing was tried"


def test_an_account_that_was_deleted_meanwhile_is_not_found_and_nobody_else_is_harmed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = office.accounts.accounts["ada"]
    office.accounts.accounts["ada"] = Account("ada", "somebody else", "", office.clock.now())
    find = office.accounts.by_username
    monkeypatch.setattr(office.accounts, "by_username", lambda name: seen if name == "ada" else find(name))

    for change in (office.administration.disable, office.administration.enable):
        with pytest.raises(NotFoundError):
            change(office.admin, "ada")

    assert not office.accounts.accounts["ada"].disabled
    assert not office.queue.barred


def test_what_there_is_not_is_not_found(office: Office) -> None:
    for change in (office.administration.disable, office.administration.enable):
        with pytest.raises(NotFoundError):
            change(office.admin, "nobody")
    with pytest.raises(NotFoundError):
        office.administration.queue(office.admin, "nobody")


def test_the_overview_adds_up_queues_work_outcomes_and_live_sessions(office: Office) -> None:
    office.send(3)
    office.run()
    office.send(2)
    office.controls.pause(USER, SESSION)
    now = office.clock.now()
    office.store.connections.open_session("guest", "live", now + 2, now)
    office.store.connections.open_session("guest", "over", now, now)

    stats = office.administration.stats(office.admin)

    assert stats.queues == {State.PAUSED: 1, State.OPEN: 2}
    assert (stats.users_with_work, stats.waiting, stats.sessions) == (1, 2, 4)
    assert {status: n for status, n in stats.counts.items() if n} == {"succeeded": 3}
    assert stats.complete


def test_the_log_of_this_month_is_read_unless_another_month_is_named(office: Office) -> None:
    office.administration.pause(office.admin, USER)
    [paused] = office.audit.entries
    office.clock.advance(13 * DAY_MS)
    office.admin = office.sign_in(office.accounts.accounts["root"])
    office.clock.advance(10 * DAY_MS)
    office.administration.resume(office.admin, USER)
    [_, resumed] = office.audit.entries

    def read(month: str | None, before: str | None, limit: int) -> tuple[Sequence[Entry], str | None]:
        return office.administration.entries(office.admin, month, before, limit)

    assert read(None, None, 10) == ([resumed], None)
    assert read(paused.month, None, 10) == ([paused], None)
    assert read(None, None, 1) == ([resumed], resumed.entry_id), "where to go on"
    assert read(None, resumed.entry_id, 1) == ([], None)


def test_each_deed_is_logged_as_it_is_in_the_audit_log_with_the_ids_of_both(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "gurukool"):
        office.administration.disable(office.admin, "ada")

    [entry] = office.audit.entries
    [line] = [vars(record)["fields"] for record in caplog.records if record.message == "administrator acts"]
    assert (entry.actor_id, entry.subject_id) == (office.admin.user_id, USER)
    assert line == {"user": office.admin.user_id, **asdict(entry)}
