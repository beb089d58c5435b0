"""Many histories of sign-ins and password changes; and each condition is missed where it is taken away."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.memory.connections import MemoryConnections
from chalicelib.adapters.memory.tables import require
from chalicelib.core.identity.account import Account
from chalicelib.core.identity.sign_in_links import LinkToken, SignInLink
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


def links_that_stay_after_their_use(patch: pytest.MonkeyPatch) -> None:
    """And are bound to no password, as a hash of the secret alone would be."""

    def opens(token: LinkToken, link: SignInLink | None, *_: Any) -> bool:
        return link is not None and link.hash == token.secret

    def use_link(use: FakeAccounts, account: Account, password_hash: str, generation: int, now: int) -> None:
        link = use.accounts[account.username].link
        require(link is not None)
        use.set_password(use.accounts[account.username], password_hash, generation)
        use.accounts[account.username] = replace(use.accounts[account.username], link=link)

    patch.setattr(LinkToken, "opens", opens)
    patch.setattr(LinkToken, "link", lambda token, *_: SignInLink(token.secret, 2**62))
    patch.setattr(FakeAccounts, "use_link", use_link)


def all_evicted_whoever_has_come(patch: pytest.MonkeyPatch) -> None:
    def evict_all(connections: MemoryConnections, queue: Queue) -> Queue:
        return original(connections, connections._tables.queues[queue.user_id])

    original = MemoryConnections.evict_all
    patch.setattr(MemoryConnections, "evict_all", evict_all)


def none_evicted_by_a_link(patch: pytest.MonkeyPatch) -> None:
    def evict_all(connections: MemoryConnections, queue: Queue) -> Queue:
        return connections._tables.put(replace(original(connections, queue), sessions=queue.sessions))

    original = MemoryConnections.evict_all
    patch.setattr(MemoryConnections, "evict_all", evict_all)


def no_new_generation_by_a_link(patch: pytest.MonkeyPatch) -> None:
    def evict_all(connections: MemoryConnections, queue: Queue) -> Queue:
        return connections._tables.put(replace(original(connections, queue), generation=queue.generation))

    original = MemoryConnections.evict_all
    patch.setattr(MemoryConnections, "evict_all", evict_all)


@pytest.mark.parametrize(
    "defect",
    [
        links_that_stay_after_their_use,
        all_evicted_whoever_has_come,
        none_evicted_by_a_link,
        no_new_generation_by_a_link,
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
