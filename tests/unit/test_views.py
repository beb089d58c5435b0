"""Whatever is stored, it is shown: a view never raises."""

import msgspec
import pytest

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.queueing.request_views import request_view
from chalicelib.core.queueing.request import Failure, Request, Status


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (1_800_000_000_123, "2027-01-15T08:00:00.123Z"),
        (-1, "1970-01-01T00:00:00.000Z"),
        (1_795_000_000_000_000, "9999-12-31T23:59:59.000Z"),
        (10**37, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_a_moment_beyond_the_calendar_is_shown_as_its_end(moment: int, shown: str) -> None:
    assert iso(moment) == shown


def test_a_request_that_an_older_release_stored_is_shown_with_one_odd_field() -> None:
    request = Request(
        "user",
        1,
        "work",
        "{}",
        Status.QUEUED,
        enqueued_at=0,
        attempts=1,
        not_before=10**37,
        result='"\ud83d"',
        error=Failure("error", "file \udcff not found", retry_after_ms=10**37),
    )

    shown = msgspec.json.decode(msgspec.json.encode(request_view(request)))

    assert shown["not_before"] == "9999-12-31T23:59:59.000Z"
    assert shown["result"] == "?"
    assert shown["error"] == {"kind": "error", "message": "file ? not found"}
