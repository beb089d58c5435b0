"""Many histories of sign-ins and password changes; and each condition is missed where it is taken away."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.memory.connections import MemoryConnections
from chalicelib.core.identity.account import Account
from chalicelib.core.queueing.queue import Queue
from tests.fakes.accounts import FakeAccounts
from tests.simulation.history import Violation
from tests.simulation.passwords import PasswordWorld

HISTORIES = 1_000


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def first_violation() -> str | None:
    for seed in range(HISTORIES):
        try:
            PasswordWorld(seed).live()
        except Violation as violation:
            return f"{seed}: {violation}"
    return None


def test_no_history_leaves_a_thief_inside_or_the_owner_outside() -> None:
    assert first_violation() is None


def sessions_opened_in_any_generation(patch: pytest.MonkeyPatch) -> None:
    open_session = MemoryConnections.open_session

    def opened(connections: MemoryConnections, user_id: str, *args: Any, generation: int = 0) -> Queue:
        queue = connections._tables.queues.get(user_id)
        return open_session(connections, user_id, *args, generation=queue.generation if queue else generation)

    patch.setattr(MemoryConnections, "open_session", opened)


def sessions_kept_in_the_next_generation(patch: pytest.MonkeyPatch) -> None:
    evict = MemoryConnections.evict_others

    def kept(connections: MemoryConnections, queue: Queue, session_id: str, now: int) -> Queue:
        before = connections._tables.queues[queue.user_id].sessions
        return connections._tables.put(replace(evict(connections, queue, session_id, now), sessions=before))

    patch.setattr(MemoryConnections, "evict_others", kept)


def generation_not_looked_at_in_the_account(patch: pytest.MonkeyPatch) -> None:
    def set_password(use: FakeAccounts, account: Account, password_hash: str, generation: int) -> None:
        found = use.accounts[account.username]
        same = found.password_hash == account.password_hash
        original(use, found if same else account, password_hash, generation)

    original = FakeAccounts.set_password
    patch.setattr(FakeAccounts, "set_password", set_password)


def accounts_that_catch_up_whatever_they_have_become(patch: pytest.MonkeyPatch) -> None:
    """The generation is written without looking at the hash that was verified."""

    def set_password(use: FakeAccounts, account: Account, password_hash: str, generation: int) -> None:
        found = use.accounts[account.username]
        catches_up = password_hash == account.password_hash
        if catches_up:
            use.accounts[account.username] = replace(found, generation=generation)
        else:
            original(use, account, password_hash, generation)

    original = FakeAccounts.set_password
    patch.setattr(FakeAccounts, "set_password", set_password)


@pytest.mark.parametrize(
    "defect",
    [
        sessions_opened_in_any_generation,
        sessions_kept_in_the_next_generation,
        generation_not_looked_at_in_the_account,
        accounts_that_catch_up_whatever_they_have_become,
    ],
)
def test_a_defect_is_found(
    defect: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    defect(monkeypatch)

    assert first_violation()
