"""Pages of requests in the order of their numbers, without voids."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.texts import with_results

MORE = 100  # requests in each further read; the first is mostly enough, but voids may come in long rows


def _anything(_: Request) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Extent:
    """How much one page holds at most."""

    limit: int  # requests
    fits: Callable[[Request], bool] = _anything  # asked for each in order; the first one is taken in any case


@dataclass(frozen=True, slots=True)
class Page:
    """An empty page means that there is nothing more."""

    requests: Sequence[Request]  # without their payloads
    after: int  # the number to go on after: nothing up to it will be shown that is not in this page


def read_page(requests: RequestStore, user_id: str, after: int, last: int, extent: Extent) -> Page:
    """The requests with numbers above `after` and up to `last`, as far as a page may hold them."""
    shown: list[Request] = []
    # No more than the limit: to learn that a page is full must not cost a read of what is behind it.
    wanted = islice(_shown(requests, user_id, after, last, extent.limit), extent.limit)
    for request in with_results(requests, wanted):
        if not extent.fits(request) and shown:
            return Page(shown, shown[-1].seq)
        shown.append(request)
        if len(shown) == extent.limit:
            return Page(shown, request.seq)
    return Page(shown, max(after, last))


def _shown(requests: RequestStore, user_id: str, after: int, last: int, first_read: int) -> Iterator[Request]:
    wanted = first_read
    while after < last and (found := requests.list_without_payloads(user_id, after, wanted)):
        for request in found:
            if request.seq > last:
                return
            if request.status is not Status.VOID:
                yield request
        after, wanted = found[-1].seq, MORE
