"""Disabling and enabling accounts, and the overview of all queues and of what was done."""

from collections.abc import Sequence
from dataclasses import asdict

import pytest

from chalicelib.core.errors import ConflictError, LostRaceError, NotFoundError, UnauthenticatedError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.audit import Entry
from chalicelib.core.queueing.queue import State
from tests.fakes.accounts import FakeAccounts
from tests.unit.core.admin_harness import AdminHarness
from tests.unit.core.queue_harness import SESSION, USER

DAY_MS = 24 * 3600 * 1000


def is_connected(admin_harness: AdminHarness, principal: Principal) -> bool:
    try:
        admin_harness.sessions.require_live(principal)
    except UnauthenticatedError:
        return False
    return True


def test_a_disabled_account_has_no_session_left_and_gets_none(admin_harness: AdminHarness) -> None:
    disabled = admin_harness.administration.disable(admin_harness.admin, "ada")

    assert (disabled.user_id, admin_harness.accounts.accounts["ada"].disabled) == (USER, True)
    assert not is_connected(admin_harness, admin_harness.ada)
    assert [session.username for session in admin_harness.stored_sessions.sessions.values()] == ["root"]
    with pytest.raises(LostRaceError):
        admin_harness.sessions.start(disabled, "")


def test_what_was_accepted_before_its_user_was_disabled_still_runs(admin_harness: AdminHarness) -> None:
    admin_harness.send(2)

    admin_harness.administration.disable(admin_harness.admin, "ada")
    admin_harness.run()

    assert admin_harness.started == [1, 2]


def test_an_account_that_was_enabled_again_gets_sessions_again(admin_harness: AdminHarness) -> None:
    admin_harness.administration.disable(admin_harness.admin, "ada")

    account = admin_harness.administration.enable(admin_harness.admin, "ada")

    assert not admin_harness.accounts.accounts["ada"].disabled
    assert admin_harness.sessions.start(account, "")
    assert not is_connected(admin_harness, admin_harness.ada), "what was ended stays so"


@pytest.mark.parametrize("disables", [True, False])
def test_of_a_disable_and_an_enable_at_once_account_and_queue_say_the_same(
    admin_harness: AdminHarness, monkeypatch: pytest.MonkeyPatch, *, disables: bool
) -> None:
    """One stands still between its two writes, while the other makes both of its own."""
    use, admin, set_disabled = admin_harness.administration, admin_harness.admin, FakeAccounts.set_disabled
    if not disables:
        use.disable(admin, "ada")

    def set_and_stand_still(accounts: FakeAccounts, account: Account, *, disabled: bool) -> None:
        set_disabled(accounts, account, disabled=disabled)
        monkeypatch.undo()
        (use.enable if disabled else use.disable)(admin, "ada")

    monkeypatch.setattr(FakeAccounts, "set_disabled", set_and_stand_still)

    (use.disable if disables else use.enable)(admin, "ada")

    assert admin_harness.accounts.accounts["ada"].disabled is not disables
    assert admin_harness.queue.blocked is not disables


def test_who_never_signed_in_can_be_disabled_and_enabled(admin_harness: AdminHarness) -> None:
    admin_harness.accounts.add(Account("eve", "eve's id", "", admin_harness.clock.now()))

    for change, disabled in (
        (admin_harness.administration.disable, True),
        (admin_harness.administration.enable, False),
    ):
        assert change(admin_harness.admin, "eve").user_id == "eve's id"
        assert admin_harness.accounts.accounts["eve"].disabled is disabled


def test_nobody_disables_themselves_under_whatever_spelling(admin_harness: AdminHarness) -> None:
    with pytest.raises(ConflictError):
        admin_harness.administration.disable(admin_harness.admin, "ROOT")

    assert is_connected(admin_harness, admin_harness.admin)
    assert admin_harness.noted() == [], "nothing was tried"


def test_an_account_that_was_deleted_meanwhile_is_not_found_and_nobody_else_is_harmed(
    admin_harness: AdminHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = admin_harness.accounts.accounts["ada"]
    admin_harness.accounts.accounts["ada"] = Account("ada", "somebody else", "", admin_harness.clock.now())
    find = admin_harness.accounts.by_username
    monkeypatch.setattr(
        admin_harness.accounts, "by_username", lambda name: seen if name == "ada" else find(name)
    )

    for change in (admin_harness.administration.disable, admin_harness.administration.enable):
        with pytest.raises(NotFoundError):
            change(admin_harness.admin, "ada")

    assert not admin_harness.accounts.accounts["ada"].disabled
    assert not admin_harness.queue.blocked


def test_what_there_is_not_is_not_found(admin_harness: AdminHarness) -> None:
    for change in (admin_harness.administration.disable, admin_harness.administration.enable):
        with pytest.raises(NotFoundError):
            change(admin_harness.admin, "nobody")
    with pytest.raises(NotFoundError):
        admin_harness.administration.queue(admin_harness.admin, "nobody")


def test_the_overview_adds_up_queues_work_outcomes_and_live_sessions(admin_harness: AdminHarness) -> None:
    admin_harness.send(3)
    admin_harness.run()
    admin_harness.send(2)
    admin_harness.controls.pause(USER, SESSION)
    now = admin_harness.clock.now()
    admin_harness.store.connections.open_session("guest", "live", now + 2, now)
    admin_harness.store.connections.open_session("guest", "over", now, now)

    stats = admin_harness.administration.stats(admin_harness.admin)

    assert stats.queues == {State.PAUSED: 1, State.OPEN: 2}
    assert (stats.users_with_work, stats.waiting, stats.sessions) == (1, 2, 4)
    assert {status: n for status, n in stats.counts.items() if n} == {"succeeded": 3}
    assert stats.complete


def test_the_log_of_this_month_is_read_unless_another_month_is_named(admin_harness: AdminHarness) -> None:
    admin_harness.administration.pause(admin_harness.admin, USER)
    [paused] = admin_harness.audit.entries
    admin_harness.clock.advance(13 * DAY_MS)
    admin_harness.admin = admin_harness.sign_in(admin_harness.accounts.accounts["root"])
    admin_harness.clock.advance(10 * DAY_MS)
    admin_harness.administration.resume(admin_harness.admin, USER)
    [_, resumed] = admin_harness.audit.entries

    def read(month: str | None, before: str | None, limit: int) -> tuple[Sequence[Entry], str | None]:
        return admin_harness.administration.entries(admin_harness.admin, month, before, limit)

    assert read(None, None, 10) == ([resumed], None)
    assert read(paused.month, None, 10) == ([paused], None)
    assert read(None, None, 1) == ([resumed], resumed.entry_id), "where to go on"
    assert read(None, resumed.entry_id, 1) == ([], None)


def test_each_deed_is_logged_as_it_is_in_the_audit_log_with_the_ids_of_both(
    admin_harness: AdminHarness, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "gurukool"):
        admin_harness.administration.disable(admin_harness.admin, "ada")

    [entry] = admin_harness.audit.entries
    [line] = [vars(record)["fields"] for record in caplog.records if record.message == "administrator acts"]
    assert (entry.actor_id, entry.subject_id) == (admin_harness.admin.user_id, USER)
    assert line == {"user": admin_harness.admin.user_id, **asdict(entry)}
