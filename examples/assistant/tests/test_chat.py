"""The turns of a conversation keep their order, and are read while they are answered."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from gurukool import InvalidInputError, Resources, testing
from gurukool.testing import Outcome, Queue, crash_everywhere, run
from handlers import chat as turns
from handlers.chat import REMEMBERED, Say, Turn, chat
from handlers.model import StandInModel

TABLES = {"turns": Turn}
SETTINGS = {"words_per_second": 1_000_000.0}
SECRETS = {"model_key": "a key"}


@pytest.fixture(autouse=True)
def resources() -> Iterator[Resources]:
    with testing.resources(**TABLES) as made:
        yield made


def talk(*texts: str, user: str = "ada") -> Queue:
    queue = Queue(settings=SETTINGS, secrets=SECRETS)
    for text in texts:
        queue.enqueue(chat, Say(text), user=user)
    queue.run()
    return queue


def test_each_turn_knows_what_was_said_before(resources: Resources) -> None:
    queue = talk("Hello", "How are you?", "Good bye")

    assert [outcome.result for outcome in queue.outcomes(user="ada")] == [
        {"text": 'You say "Hello". We have not met.', "turns": 0},
        {"text": 'You say "How are you?". Before that you said "Hello".', "turns": 1},
        {"text": 'You say "Good bye". Before that you said "How are you?".', "turns": 2},
    ]
    stored = list(resources.table("turns").bind(Turn).query("ada"))
    assert [(turn.seq, turn.said) for turn in stored] == [(1, "Hello"), (2, "How are you?"), (3, "Good bye")]


def test_the_model_is_told_the_latest_turns_only() -> None:
    queue = talk(*(f"turn {n}" for n in range(REMEMBERED + 2)))

    last = queue.outcomes(user="ada")[-1]
    assert last.result["turns"] == REMEMBERED
    assert f"turn {REMEMBERED}" in last.result["text"]


def test_a_model_without_a_key_fails_the_attempt_and_stores_nothing(resources: Resources) -> None:
    outcome = run(chat, Say("Hello"), settings=SETTINGS, secrets={"model_key": ""}, max_attempts=2)

    assert (outcome.status, outcome.attempts) == ("failed", 2)
    assert outcome.error
    assert outcome.error.message == "The language model does not answer: There is no key."
    assert list(resources.table("turns").bind(Turn).scan()) == []


@pytest.mark.parametrize("text", ["", "x" * 2_001])
def test_nothing_and_too_much_are_refused_when_they_are_sent(text: str) -> None:
    with pytest.raises(InvalidInputError):
        run(chat, Say(text), settings=SETTINGS, secrets=SECRETS)


def test_no_crash_stores_a_turn_twice() -> None:
    crash_everywhere(chat, Say("Hello"), resources=TABLES, settings=SETTINGS, secrets=SECRETS)


def test_the_answer_is_read_piece_by_piece() -> None:
    outcome = run(chat, Say("Hello"), settings=SETTINGS, secrets=SECRETS)

    assert outcome.events[0].data == {"fraction": 0.0, "message": "Thinking"}
    assert text_told(outcome) == outcome.result["text"]


def test_a_turn_that_is_stopped_is_not_stored_and_what_was_said_stays(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue(settings=SETTINGS, secrets=SECRETS)
    seq = queue.enqueue(chat, Say("Hello"))
    behind = queue.enqueue(chat, Say("How are you?"))
    stops = partial(StandInModel, sleep=nth_time(4, lambda: queue.stop(seq)))
    monkeypatch.setattr(turns, "StandInModel", stops)

    queue.run()

    assert queue.outcome(seq).status == "cancelled"
    assert text_told(queue.outcome(seq)) == 'You say "Hello".'
    assert queue.outcome(behind).result["turns"] == 0
    assert [turn.seq for turn in resources.table("turns").bind(Turn).scan()] == [behind]


def text_told(outcome: Outcome) -> str:
    return "".join(event.data for event in outcome.events if event.kind == "output")


def nth_time(number: int, action: Callable[[], None]) -> Callable[[float], None]:
    """In place of time.sleep: the action at that call, and nothing at the others."""
    calls = list[float]()

    def sleep(seconds: float) -> None:
        calls.append(seconds)
        if len(calls) == number:
            action()

    return sleep


def test_the_model_takes_its_time_for_each_word() -> None:
    pauses = list[float]()
    pieces = list(StandInModel("a key", 4, pauses.append).answer([], "Hello"))

    assert pieces == ["You", " say", ' "Hello".', " We", " have", " not", " met."]
    assert pauses == [0.25] * len(pieces)
