"""All that is stored about one user, read piece by piece: as much as one call may take, then from there on.

Each piece has a mark after which the next call goes on: the kind of data and a place in it. Nothing secret is
among the pieces; who turns them into text decides which fields are shown.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from chalicelib.core.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.core.identity.account import Account
from chalicelib.core.identity.audit import Entry as AuditEntry
from chalicelib.core.identity.audit import month_before, month_of
from chalicelib.core.identity.ports import Accounts, AuditTrail, SessionStore
from chalicelib.core.identity.session import Session
from chalicelib.core.identity.user_deletion import NO_USER
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.events import Event, chunk_name, chunk_of
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.notes import NoteKind
from chalicelib.core.queueing.ports import Store
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.texts import with_payload, with_results
from chalicelib.core.time import Clock

FIRST_MONTH = "2026-11"  # no audit log is older
AFTER_ALL = f"{'9' * 15}-{'f' * 8}"  # the ids of all entries
AT_ONCE = 100  # of what is read in pages
CHUNKS_AT_ONCE = 100  # of events

type Thing = Account | Session | Queue | Entry | Request | Event | AuditEntry


class Kind(StrEnum):
    """Kinds of data, in the order in which they are read."""

    ACCOUNT = "account"
    SESSION = "session"
    QUEUE = "queue"
    SCHEDULED = "scheduled"
    REQUEST = "request"
    EVENT = "event"
    AUDIT = "audit"


PLACES = {  # in marks; events are behind their requests
    Kind.ACCOUNT: r"1",
    Kind.SESSION: r"[A-Za-z0-9_-]{1,40}",
    Kind.QUEUE: r"1",
    Kind.SCHEDULED: r"[0-9]{15}-[0-9a-f]{18}",
    Kind.REQUEST: r"[0-9]{1,15}\.[0-9]{1,9}",
    Kind.AUDIT: r"20[0-9]{2}-(0[1-9]|1[0-2])\.[0-9]{15}-[0-9a-f]{8}",
}


class Piece(NamedTuple):
    """One thing; `thing` is None if only the mark has moved on."""

    kind: Kind
    mark: str
    thing: Thing | None
    seq: int | None = None  # of an event: its request


class Subject(NamedTuple):
    """The user whom the export is about."""

    user_id: str
    username: str  # "" if it has no account


@dataclass(frozen=True, slots=True)
class Export:
    """Reads the data of users. Every method raises UnavailableError, NewerItemError."""

    accounts: Accounts
    sessions: SessionStore
    store: Store
    audit: AuditTrail
    clock: Clock

    def subject_of(self, user_id: str) -> Subject:
        """The user with this id. Raises NotFoundError if there is neither a queue nor a scheduled request."""
        queue = self.store.queues.get(user_id)
        if queue is None and not self.store.entries.list_after(user_id, "", 1):
            raise NotFoundError(NO_USER)
        return Subject(user_id, queue.username if queue else "")

    def pieces(self, subject: Subject, after: str = "") -> Iterator[Piece]:
        """All pieces after that mark. Raises InvalidInputError if there is no such mark.

        What is written meanwhile may be among them or not.
        """
        stage, place = _place(after)
        walk = _Walk(self, subject)
        stages: dict[Kind, Callable[[str], Iterator[Piece]]] = {
            Kind.ACCOUNT: walk.account,
            Kind.SESSION: walk.sessions,
            Kind.QUEUE: walk.queue,
            Kind.SCHEDULED: walk.scheduled,
            Kind.REQUEST: walk.requests,
            Kind.AUDIT: walk.audit,
        }
        kinds = list(stages)
        for kind in kinds[kinds.index(stage) :]:
            yield from stages[kind](place if kind is stage else "")


class _Walk:
    """One way through the data of one user; `place` is where an earlier one has come to."""

    def __init__(self, ports: Export, subject: Subject) -> None:
        self._ports = ports
        self._user_id, self._username = subject
        self._queue = ports.store.queues.get(subject.user_id)

    def account(self, place: str) -> Iterator[Piece]:
        if self._account and not place:
            yield Piece(Kind.ACCOUNT, "account:1", self._account)

    def sessions(self, place: str) -> Iterator[Piece]:
        ids = sorted(self._queue.sessions) if self._queue else []
        found = self._ports.sessions.get_many(ids) if ids else []
        for session in sorted(found, key=lambda session: session.session_id):
            if session.session_id > place:
                yield Piece(Kind.SESSION, f"session:{session.session_id}", session)

    def queue(self, place: str) -> Iterator[Piece]:
        if self._queue and not place:
            yield Piece(Kind.QUEUE, "queue:1", self._queue)

    def scheduled(self, place: str) -> Iterator[Piece]:
        entries = self._ports.store.entries
        while page := entries.list_after(self._user_id, place, AT_ONCE):
            for listed in page:
                place = listed.id
                # Lists have no payloads. What has entered the line meanwhile is among the requests.
                yield Piece(Kind.SCHEDULED, f"scheduled:{place}", entries.get(self._user_id, place))

    def requests(self, place: str) -> Iterator[Piece]:
        """Each with its events behind it. `place`: a number, or one and that of its last event."""
        if self._queue is None:
            return
        seq, _, event = place.partition(".")
        after = int(seq or 0)
        if event:
            yield from self._events(after, int(event))
        after = max(after, self._queue.floor)
        while page := self._ports.store.requests.list_after(self._user_id, after, AT_ONCE):
            for request in page:
                after = request.seq
                shown = None if request.status is Status.VOID else self._whole(request)
                yield Piece(Kind.REQUEST, f"request:{after}.0", shown)
                if shown and request.eventful:
                    yield from self._events(after, 0)

    def audit(self, place: str) -> Iterator[Piece]:
        """The newest entries first. Nobody has sorted them by user: all are read.

        A mark may name a later month than the present one, by another process's clock or because somebody has
        made it up: there is nothing in it.
        """
        present = month_of(self._ports.clock.now())
        month, _, before = (place or present).partition(".")
        month = min(month, present)
        while month >= FIRST_MONTH:
            while page := self._ports.audit.page(month, before or None, AT_ONCE):
                for entry in page:
                    if own := self._own_part(entry):
                        yield Piece(Kind.AUDIT, f"audit:{month}.{entry.entry_id}", own)
                before = page[-1].entry_id
                yield Piece(Kind.AUDIT, f"audit:{month}.{before}", None)
            month, before = month_before(month), ""
            yield Piece(Kind.AUDIT, f"audit:{month}.{AFTER_ALL}", None)

    @cached_property
    def _account(self) -> Account | None:
        account = self._ports.accounts.by_username(self._username) if self._username else None
        return account if account and account.user_id == self._user_id else None

    def _whole(self, request: Request) -> Request:
        """With its payload and its result, which may be items of their own."""
        requests = self._ports.store.requests
        return next(with_results(requests, [with_payload(requests, request) or request]))

    def _events(self, seq: int, after: int) -> Iterator[Piece]:
        """Those with numbers above `after`. The chunk that has this number may have some of them, too."""
        notes, key = self._ports.store.notes, (self._user_id, seq, NoteKind.EVENT)
        containing = notes.last(*key, chunk_name(after)) if after else None
        name = chunk_name(chunk_of(containing).first - 1) if containing else ""
        while page := notes.list(*key, name, CHUNKS_AT_ONCE):
            name = page[-1].key.name
            for event in (event for note in page for event in chunk_of(note).events):
                if event.n > after:
                    yield Piece(Kind.EVENT, f"request:{seq}.{event.n}", event, seq)

    def _own_part(self, entry: AuditEntry) -> AuditEntry | None:
        """The entry without the names and ids of others; None if it is not about the user."""
        has_acted = is_account_id(self._user_id) and entry.actor_id == self._user_id
        is_subject = self._is_subject(entry)
        if not has_acted:
            entry = replace(entry, actor="", actor_id="")
        if not is_subject:
            entry = replace(entry, subject="", subject_id="")
        return entry if has_acted or is_subject else None

    def _is_subject(self, entry: AuditEntry) -> bool:
        """Ids decide: a name may be spelled like somebody's username, or like a key or a service.

        An entry without an id is about an account. Others may have had its username before.
        """
        if entry.is_about_a_key:
            return False
        if entry.subject_id or not is_account_id(self._user_id):
            return entry.subject_id == self._user_id
        named = self._account is not None and entry.at >= self._account.created_at
        return entry.subject == self._user_id or (named and entry.subject == self._username)


def _place(mark: str) -> tuple[Kind, str]:
    """The kind and the place among its data. Raises InvalidInputError."""
    if not mark:
        return Kind.ACCOUNT, ""
    kind, _, place = mark.partition(":")
    if kind in PLACES and re.fullmatch(PLACES[Kind(kind)], place):
        return Kind(kind), place
    raise InvalidInputError.listing(FieldError("after", "is not from an earlier answer"))
