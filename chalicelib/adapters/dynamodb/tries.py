"""Counts of tries, in the table of the sessions, because they expire like them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.adapters.dynamodb.batches import get_all
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.identity_models import TriesItem
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.identity.tries import FORGOTTEN_MS, FREE_TRIES, Tries
from chalicelib.core.time import Millis


class DynamoTryCounts:
    def __init__(self, tables: Tables) -> None:
        self._tries = tables.tries
        self._connection = tables.connection

    def admit(self, subject: str, now: Millis) -> Tries:
        """As `Tries.is_free` has it."""
        m, first = self._tries, Tries(1, now)
        recent: Any = (m.tries < FREE_TRIES) & (m.last_at > now - FORGOTTEN_MS)
        free = m.tries.does_not_exist() | (m.tries < 1) | recent
        actions = [
            m.tries.add(1),
            m.last_at.set(now),
            m.failed.set(m.failed | 0),
            m.expires_at.set(m.known_until | _seconds(first.expires_at)),
        ]
        return to_tries(self._update(subject, actions, free))

    def get(self, subject: str) -> Tries | None:
        with translated():
            try:
                return to_tries(self._tries.get(_key(subject), consistent_read=True))
            except self._tries.DoesNotExist:
                return None

    def replace(self, subject: str, seen: Tries, tries: Tries) -> Tries:
        m = self._tries
        same = (m.tries == seen.count) & (m.last_at == seen.last_at) & (m.failed == seen.failed)
        actions = [
            m.tries.set(tries.count),
            m.last_at.set(tries.last_at),
            m.failed.set(tries.failed),
            m.expires_at.set(_seconds(tries.expires_at)),
        ]
        return to_tries(self._update(subject, actions, same))

    def fail(self, subject: str) -> None:
        self._update(subject, [self._tries.failed.add(1)], self._tries.tries.exists())

    def succeed(self, subject: str, seen: Tries, known_until: Millis) -> None:
        m = self._tries
        actions = [m.tries.add(-seen.failed - 1), m.failed.set(0), *self._known(known_until)]
        self._update(subject, actions, m.failed == seen.failed)

    def take_back(self, subject: str) -> None:
        self._update(subject, [self._tries.tries.add(-1)], self._tries.tries.exists())

    def remember(self, subject: str, known_until: Millis) -> None:
        m = self._tries
        none = [m.tries.set(m.tries | 0), m.failed.set(m.failed | 0), m.last_at.set(m.last_at | 0)]
        self._update(subject, [*none, *self._known(known_until)], None)

    def spend(self, budget: str, expires_at: Millis) -> None:
        m = self._tries
        self._update(budget, [m.tries.add(1), m.expires_at.set(_seconds(expires_at))], None)

    def spent(self, budgets: Sequence[str]) -> Mapping[str, int]:
        names = {_key(budget): budget for budget in budgets}
        found = get_all(self._connection, self._tries, [(name,) for name in names])
        return {names[item.subject]: int(item.tries) for item in found}

    def _known(self, until: Millis) -> list[Any]:
        """In seconds, as it is what the item then expires by."""
        m, seconds = self._tries, _seconds(until)
        return [m.known_until.set(seconds), m.expires_at.set(seconds)]

    def _update(self, subject: str, actions: list[Any], condition: Any) -> TriesItem:
        item = self._tries(_key(subject))
        with translated():
            item.update(actions=actions, condition=condition)
        return item


def to_tries(item: TriesItem) -> Tries:
    return Tries(int(item.tries), int(item.last_at), int(item.failed), int(item.known_until or 0) * 1000)


def _seconds(moment: Millis) -> int:
    return -(-moment // 1000)


def _key(subject: str) -> str:
    """The subject may have a password in it that was typed as a username: it is stored as a hash."""
    return f"tries {hashlib.sha256(subject.encode()).hexdigest()}"
