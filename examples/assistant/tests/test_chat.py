"""The turns of a conversation have the order in which the user has said them."""

from collections.abc import Iterator

import pytest

from gurukool import InvalidInputError, Resources, testing
from gurukool.testing import Queue, crash_everywhere, run
from handlers.chat import REMEMBERED, Say, Turn, chat
from handlers.model import FakeModel

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


def test_the_model_takes_its_time_for_each_word() -> None:
    pauses = list[float]()
    words = list(FakeModel("a key", 4, pauses.append).answer([], "Hello"))

    assert words == ["You", "say", '"Hello".', "We", "have", "not", "met."]
    assert pauses == [0.25] * len(words)
