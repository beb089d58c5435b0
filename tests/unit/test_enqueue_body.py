"""What an enqueue asks for, before anything is stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.api.queueing.enqueue_body import (
    LONGEST_DELAY,
    PAYLOAD_LIMIT,
    Reader,
    idempotency_key,
)
from chalicelib.api.queueing.orders import Batch, Order
from chalicelib.core.errors import FieldError, InvalidInputError, TooLargeError
from chalicelib.core.queueing.application import Settings
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.handlers import samples

NOW = 1_795_000_000_000
TODAY = datetime.fromtimestamp(NOW / 1000, UTC)


def check(payload: Any) -> None:
    raise InvalidInputError("It is refused.", (FieldError("payload.url", "is not allowed"),))


@handler("picky", check=check)
def picky(payload: dict[str, Any]) -> None:
    """Refuses what its type allows."""
    raise AssertionError


READER = Reader(Registry.of(picky, *vars(samples).values()), Settings(), NOW, require_callback=print)


def fields(refused: pytest.ExceptionInfo[InvalidInputError]) -> list[str]:
    return [field.path for field in refused.value.fields]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (Order("picky"), "payload.url"),
        (Batch([Order("echo"), Order("picky")]), "requests[1].payload.url"),
        (Batch([Order("nobody")]), "requests[0].type"),
        (Batch([Order("echo", payload=msgspec.Raw(b"1"))]), "requests[0].payload"),
    ],
)
def test_what_is_refused_is_named_as_the_caller_wrote_it(body: Order | Batch, path: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        READER.works(body)

    assert fields(refused) == [path]


def test_a_payload_that_is_too_large_is_named() -> None:
    large = Order("echo", payload=msgspec.Raw(b'"' + b"x" * PAYLOAD_LIMIT + b'"'))

    with pytest.raises(TooLargeError, match=r"^The payload is"):
        READER.works(large)
    with pytest.raises(TooLargeError, match=r"^requests\[1\].payload is"):
        READER.works(Batch([Order("echo"), large]))


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (datetime.max.replace(tzinfo=UTC), "must be at most 366 days ahead"),
        (TODAY + LONGEST_DELAY + timedelta(milliseconds=1), "must be at most 366 days ahead"),
        (datetime.fromisoformat("0001-01-01T00:00:00+14:00"), "must not be before 1970-01-02"),
        (datetime.fromisoformat("1969-12-31T23:59:59Z"), "must not be before 1970-01-02"),
    ],
)
def test_a_moment_is_within_what_can_be_kept_and_the_sentence_says_which_end_it_is_beyond(
    moment: datetime, sentence: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        READER.works(Batch([Order("echo", not_before=moment)]))

    assert refused.value.fields == (FieldError("requests[0].not_before", sentence),)


def test_a_moment_may_be_as_far_ahead_as_is_said() -> None:
    READER.works(Order("echo", not_before=TODAY + LONGEST_DELAY))


def test_a_latest_start_is_after_the_earliest_one() -> None:
    with pytest.raises(InvalidInputError) as refused:
        READER.works(Order("echo", not_before=TODAY, start_before=TODAY))

    assert refused.value.fields == (FieldError("start_before", "must be after `not_before`"),)


def test_the_faults_of_all_requests_of_a_batch_are_told_at_once() -> None:
    wrong = [
        Order("nobody"),
        Order("echo"),
        Order("sleep"),
        Order("echo", not_before=datetime.max.replace(tzinfo=UTC)),
    ]

    with pytest.raises(InvalidInputError) as refused:
        READER.works(Batch(wrong))

    assert fields(refused) == ["requests[0].type", "requests[2].payload.seconds", "requests[3].not_before"]


def test_a_moment_is_kept_to_the_millisecond() -> None:
    moment = datetime.fromisoformat("2020-01-02T03:04:05.678+02:00")

    (work,) = READER.works(Order("echo", not_before=moment))

    assert work.not_before == 1_577_927_045_678


def test_a_key_stands_for_each_member_of_what_was_asked() -> None:
    moment = TODAY + timedelta(days=1)
    orders = [
        Order("echo"),
        Order("sleep", payload=msgspec.Raw(b'{"seconds":1}')),
        Order("echo", payload=msgspec.Raw(b'{"a":1}')),
        Order("echo", max_attempts=2),
        Order("echo", on_failure="halt"),
        Order("echo", not_before=moment),
        Order("echo", start_before=moment),
    ]

    keys = [idempotency_key("k", READER.works(order)) for order in orders]

    assert len({key.fingerprint for key in keys if key}) == len(orders)
    assert keys[0] == idempotency_key(
        "k", READER.works(Batch([Order("echo", payload=msgspec.Raw(b" { } "))]))
    )
    assert idempotency_key(None, READER.works(orders[0])) is None
