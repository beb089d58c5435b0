"""Pages of the requests that have one status, or one type."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.queueing.pages import Page
from chalicelib.core.queueing.request import UNSUCCESSFUL, Request, Status
from chalicelib.core.queueing.texts import with_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.core.queueing.pages import Extent
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.request_store import RequestStore


PASSED = 100  # requests that a worker may have carried out since it has written the head: see cursor.py


class Match(NamedTuple):
    """Which requests are looked for; None: of all statuses, of all types."""

    status: Status | None = None
    type: str | None = None

    def fits(self, request: Request) -> bool:
        if request.status is Status.VOID or (self.type is not None and request.type != self.type):
            return False
        return self.status is None or request.status is self.status

    @property
    def is_common(self) -> bool:
        """Whether most requests where it looks fit: then few have to be read for a page."""
        return self.type is None and self.status in (None, Status.QUEUED, Status.SUCCEEDED)

    def numbers(self, queue: Queue) -> tuple[int, int]:
        """Above the first of these numbers, and up to the last: nowhere else can such a request be.

        What has not ended is behind the head. Far behind it nothing runs, and nothing has ended unless it was
        cancelled.
        """
        ahead = min(queue.head + PASSED, queue.tail)
        match self.status:
            case Status.QUEUED:
                return queue.head, queue.tail
            case Status.RUNNING:
                return queue.head, ahead
            case None | Status.CANCELLED:
                return queue.floor, queue.tail
        return queue.floor, ahead

    def indexed_above(self, queue: Queue) -> int | None:
        """Above this number, an index finds such requests. None: there is no index for them.

        What is in an index of the status is found by that, whatever the type is.
        """
        if self.status in UNSUCCESSFUL:
            return queue.keyed_above
        return None if self.type is None else queue.typed_above


class Found(NamedTuple):
    """What one read has found."""

    requests: Sequence[Request]  # without payloads
    at: int  # all that fit, up to this number, are among them


def match_page(requests: RequestStore, queue: Queue, after: int, extent: Extent, match: Match) -> Page:
    """The requests that fit, above `after`, as far as one read finds them and a page may hold them."""
    above, last = match.numbers(queue)
    above = max(above, after)
    if above >= last:
        return Page([], queue.tail)
    found = _find(requests, queue, above, last, limit=extent.limit, match=match)
    shown = list[Request]()
    for request in with_results(requests, found.requests):
        if shown and not extent.fits(request):
            return Page(shown, shown[-1].seq)
        shown.append(request)
    return Page(shown, queue.tail if found.at >= last else found.at)


def _find(requests: RequestStore, queue: Queue, above: int, last: int, *, limit: int, match: Match) -> Found:
    """By the index, where it has all that fit; below, by reading what is there."""
    indexed_above = match.indexed_above(queue)
    if indexed_above is not None and above >= indexed_above:
        return requests.list_indexed(queue.user_id, above, last, limit, match)
    unindexed = last if indexed_above is None else min(last, indexed_above)
    return requests.list_matching(queue.user_id, above, unindexed, limit, match)
