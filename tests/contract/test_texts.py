"""Large payloads and results, each in an item of its own."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import EffectRefusedError, LostRaceError
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.stored_text import bytes_apart
from chalicelib.core.queueing.texts import (
    PAYLOAD,
    LargeText,
    TextKey,
    kept_until,
    payload_of,
    result_of,
    with_payload,
    with_results,
)
from tests.contract.backends import EMULATOR, FAKE
from tests.contract.users import LATER, NOW, User

UNTIL = kept_until(NOW)
TEXT = f'"{"é" * 600}"'
MEASURED = len(TEXT.encode())


def large(user: User, seq: int, text: str = TEXT) -> Request:
    """A request with a large payload, as an enqueue writes it."""
    size = bytes_apart(text)
    request = replace(user.new(seq), payload=text, payload_bytes=size, payload_until=UNTIL)
    user.store.requests.write_texts(user.id, [payload_of(request)])
    user.store.requests.write(request)
    return request


def succeed(user: User, seq: int, result: str) -> Request:
    running = user.begin(seq)
    user.store.requests.write_texts(user.id, [result_of(running, result, LATER)])
    return user.store.requests.finish(running, Outcome(Status.SUCCEEDED, result), LATER)


def test_a_request_is_read_with_the_size_of_its_payload_which_is_read_apart(user: User) -> None:
    user.take()
    sent = large(user, 1)
    stored = replace(sent, payload="")

    assert (stored.payload_bytes, stored.payload_until) == (MEASURED, UNTIL)
    assert user.written(1) == stored
    assert user.store.requests.list_after(user.id, 0, 10) == [stored]
    assert user.store.requests.list_without_payloads(user.id, 0, 10) == [stored]
    assert with_payload(user.store.requests, stored) == sent


def test_no_list_of_requests_has_a_text(user: User) -> None:
    user.take(3)
    for seq in (1, 2, 3):
        large(user, seq)
        succeed(user, seq, TEXT)

    assert [r.seq for r in user.store.requests.list_after(user.id, 0, 100)] == [1, 2, 3]
    assert [r.seq for r in user.store.requests.list_without_payloads(user.id, 0, 100)] == [1, 2, 3]


def test_a_result_is_read_with_its_size_and_apart(user: User, queued: Request) -> None:
    finished = succeed(user, 1, TEXT)
    [shown] = with_results(user.store.requests, [user.written(1)])

    assert user.written(1) == replace(finished, result=None)
    assert finished.result_bytes == MEASURED
    assert shown == finished


def test_the_result_of_an_attempt_that_was_given_up_replaces_no_other(user: User, queued: Request) -> None:
    given_up = user.begin(1, by="one")
    current = user.begin(1, by="other")
    user.store.requests.write_texts(user.id, [result_of(current, TEXT, LATER)])
    user.store.requests.finish(current, Outcome(Status.SUCCEEDED, TEXT), LATER)

    user.store.requests.write_texts(user.id, [result_of(given_up, TEXT * 2, LATER)])

    [shown] = with_results(user.store.requests, [user.written(1)])
    assert shown.result == TEXT


def test_many_texts_are_written_and_read_in_one_call(user: User) -> None:
    texts = [LargeText(TextKey(seq, PAYLOAD), f"{seq} {TEXT}", UNTIL) for seq in range(1, 61)]

    user.store.requests.write_texts(user.id, texts)

    missing = TextKey(61, PAYLOAD)
    found = user.store.requests.read_texts(user.id, [*(text.key for text in texts), missing])
    assert found == {text.key: text.text for text in texts}
    assert user.store.requests.read_texts(user.id, [missing]) == {}


def test_writing_a_text_again_changes_nothing(user: User) -> None:
    text = LargeText(TextKey(1, PAYLOAD), TEXT, UNTIL)
    for _ in range(2):
        user.store.requests.write_texts(user.id, [text])

    assert user.store.requests.read_texts(user.id, [text.key]) == {text.key: TEXT}


def test_a_payload_is_kept_longer_and_its_request_says_so(user: User) -> None:
    user.take()
    large(user, 1)
    seen, later = user.written(1), UNTIL + 5_000

    user.store.requests.keep_text(user.id, TextKey(1, PAYLOAD), later)
    user.store.requests.note_payload_kept(seen, later)

    assert user.written(1) == replace(seen, payload_until=later)
    whole = with_payload(user.store.requests, user.written(1))
    assert whole
    assert whole.payload == TEXT
    with pytest.raises(LostRaceError):
        user.store.requests.note_payload_kept(seen, later + 1)


def test_a_text_that_is_gone_is_not_made_again_by_keeping_it(user: User) -> None:
    with pytest.raises(LostRaceError):
        user.store.requests.keep_text(user.id, TextKey(1, PAYLOAD), UNTIL)

    assert user.store.requests.read_texts(user.id, [TextKey(1, PAYLOAD)]) == {}
    unknown = replace(user.new(1), payload_until=UNTIL)
    with pytest.raises(LostRaceError):
        user.store.requests.note_payload_kept(unknown, UNTIL + 1)
    assert user.store.requests.get(user.id, 1) is None


def test_texts_are_removed_with_their_user_and_with_no_other(user: User) -> None:
    other = User(user.store)
    for one in (user, other):
        one.sign_in()
        one.take()
        large(one, 1)

    assert user.store.removal.delete_requests(user.id)

    assert user.store.requests.read_texts(user.id, [TextKey(1, PAYLOAD)]) == {}
    assert len(user.store.requests.read_texts(other.id, [TextKey(1, PAYLOAD)])) == 1


@pytest.mark.parametrize("backend", [FAKE, EMULATOR], indirect=True)  # moto takes items of any size
def test_a_text_that_no_item_can_hold_is_refused(user: User) -> None:
    with pytest.raises(EffectRefusedError, match="too large"):
        user.store.requests.write_texts(user.id, [LargeText(TextKey(1, 1), "x" * 400 * 1024, UNTIL)])

    assert user.store.requests.read_texts(user.id, [TextKey(1, 1)]) == {}
