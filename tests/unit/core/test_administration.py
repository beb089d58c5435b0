"""What administrators may do, and that nothing they do goes unseen."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core.errors import (
    ConflictError,
    ForbiddenError,
    GurukoolError,
    InvalidInputError,
    NewerItemError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
)
from chalicelib.core.identity.account import Account, Principal, Role
from chalicelib.core.identity.administration import Administration
from chalicelib.core.identity.audit import Entry
from chalicelib.core.queueing.queue import State
from tests.fakes.methods import methods_of
from tests.unit.core.admin_harness import AdminHarness
from tests.unit.core.queue_harness import BROKEN, USER

type Deed = Callable[[Administration, Principal], object]


LOOKS: list[Deed] = [
    lambda administration, admin: administration.queue(admin, USER),
    lambda administration, admin: administration.stats(admin),
    lambda administration, admin: administration.entries(admin, None, None, 10),
]
# On a queue that request 1 halts: what is done, how the log calls it, and the error it ends in, if it does.
DEEDS: list[tuple[Deed, str, str, type[Exception] | None]] = [
    (lambda a, admin: a.pause(admin, USER), "pause queue", USER, ConflictError),
    (lambda a, admin: a.resume(admin, USER), "resume queue", USER, ConflictError),
    (lambda a, admin: a.purge(admin, USER), "purge queue", USER, None),
    (lambda a, admin: a.retry(admin, USER, 1), "retry request 1", USER, None),
    (lambda a, admin: a.skip(admin, USER, 1), "skip request 1", USER, None),
    (lambda a, admin: a.disable(admin, "ADA"), "disable account", "ada", None),
    (lambda a, admin: a.enable(admin, "Ada"), "enable account", "ada", None),
]
EVERYTHING = [*LOOKS, *(deed for deed, *_ in DEEDS)]


@pytest.fixture
def halted(admin_harness: AdminHarness) -> AdminHarness:
    admin_harness.script[1] = [BROKEN]
    admin_harness.send(type_="halt")
    admin_harness.run()
    assert admin_harness.queue.state is State.HALTED
    return admin_harness


def unavailable(_: Entry) -> None:
    raise UnavailableError


def refuse(admin_harness: AdminHarness, deed: Deed, by: Principal, error: type[Exception]) -> None:
    before = admin_harness.changeable
    with pytest.raises(error):
        deed(admin_harness.administration, by)
    assert admin_harness.changeable == before


@pytest.mark.parametrize("deed", EVERYTHING)
def test_only_administrators_may(halted: AdminHarness, deed: Deed) -> None:
    refuse(halted, deed, halted.ada, ForbiddenError)
    assert halted.noted() == []


@pytest.mark.parametrize("deed", EVERYTHING)
def test_what_the_token_says_of_a_role_does_not_count(halted: AdminHarness, deed: Deed) -> None:
    refuse(halted, deed, replace(halted.ada, role=Role.ADMIN), ForbiddenError)


@pytest.mark.parametrize("deed", EVERYTHING)
def test_who_is_no_administrator_any_more_may_not(halted: AdminHarness, deed: Deed) -> None:
    accounts = halted.accounts.accounts
    accounts["root"] = replace(accounts["root"], role=Role.USER)

    refuse(halted, deed, halted.admin, ForbiddenError)


@pytest.mark.parametrize("deed", EVERYTHING)
def test_a_new_account_under_the_name_of_an_administrator_is_somebody_else(
    halted: AdminHarness, deed: Deed
) -> None:
    halted.accounts.accounts["root"] = Account("root", "another", "", 0, Role.ADMIN)

    refuse(halted, deed, halted.admin, ForbiddenError)


@pytest.mark.parametrize("deed", EVERYTHING)
def test_an_administrator_whose_session_has_ended_may_not(halted: AdminHarness, deed: Deed) -> None:
    halted.sessions.sign_out(halted.admin)

    refuse(halted, deed, halted.admin, UnauthenticatedError)
    assert halted.noted() == []


@pytest.mark.parametrize(("deed", "action", "subject", "error"), DEEDS)
def test_whatever_an_administrator_tries_is_written_down(
    halted: AdminHarness, deed: Deed, action: str, subject: str, error: type[Exception] | None
) -> None:
    if error is None:
        deed(halted.administration, halted.admin)
    else:
        refuse(halted, deed, halted.admin, error)

    refused = [("root", f"refused: {action}", subject)] if error else []
    assert halted.noted() == [("root", action, subject), *refused]


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (InvalidInputError("Too short."), "refused"),
        (TooManyError("Later.", 1), "refused"),
        (NewerItemError(), "unfinished"),  # disable: of the queue, after the account was written
        (UnavailableError("No answer."), "unfinished"),
    ],
)
def test_so_is_whatever_a_deed_ends_with(
    admin_harness: AdminHarness, error: GurukoolError, word: str
) -> None:
    def do() -> None:
        raise error

    with pytest.raises(type(error)):
        admin_harness.administration.carry_out(admin_harness.admin, "deed", USER, do)

    assert admin_harness.noted() == [("root", "deed", USER), ("root", f"{word}: deed", USER)]


def test_an_answer_does_not_change_if_the_store_takes_no_second_entry(
    admin_harness: AdminHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def do() -> None:
        monkeypatch.setattr(admin_harness.audit, "add", unavailable)
        raise UnavailableError("Do it again.")

    with pytest.raises(UnavailableError, match=r"^Do it again\.$"):
        admin_harness.administration.carry_out(admin_harness.admin, "deed", USER, do)

    assert admin_harness.noted() == [("root", "deed", USER)]


@pytest.mark.parametrize("deed", [deed for deed, *_ in DEEDS])
def test_what_cannot_be_written_down_is_not_done(
    halted: AdminHarness, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halted.audit, "add", unavailable)

    refuse(halted, deed, halted.admin, UnavailableError)


@pytest.mark.parametrize("deed", LOOKS)
def test_looking_is_not_written_down(admin_harness: AdminHarness, deed: Deed) -> None:
    deed(admin_harness.administration, admin_harness.admin)

    assert admin_harness.noted() == []


def test_a_deed_looks_once_whether_an_administrator_does_it_and_uses_what_was_written(
    admin_harness: AdminHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def count(store: object, name: str) -> None:
        method = getattr(store, name)

        def counted(*arguments: object) -> object:
            calls.append(name)
            return method(*arguments)

        monkeypatch.setattr(store, name, counted)

    for store, name in methods_of(admin_harness.store, admin_harness.accounts, admin_harness.audit):
        count(store, name)

    queue = admin_harness.administration.pause(admin_harness.admin, USER)

    assert queue.state is State.PAUSED
    assert calls == ["get", "by_username", "add", "get", "change_pause"]
