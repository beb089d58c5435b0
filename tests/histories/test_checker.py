"""The checker finds what it is for."""

from collections.abc import Callable

import pytest

from tests.histories.checker import violations
from tests.histories.history import Accepted, Dequeued, History


def right() -> History:
    """Three accepted, the second of which was stopped."""
    outcomes = {
        1: Dequeued(1, "succeeded", "a"),
        2: Dequeued(2, "cancelled", None),
        3: Dequeued(3, "succeeded", "c"),
    }
    return History(
        user_id="u",
        accepted=[Accepted((1,), ("a",)), Accepted((2, 3), ("b", "c"))],
        dequeued=list(outcomes.values()),
        stopped={2},
        outcomes=outcomes,
        effects={"a": 1, "c": 1},
    )


def lose_an_outcome(history: History) -> None:
    del history.outcomes[3]


def give_a_number_twice(history: History) -> None:
    history.accepted.append(Accepted((3,), ("d",)))


def leave_a_gap_in_a_batch(history: History) -> None:
    history.accepted[1] = Accepted((2, 4), ("b", "c"))


def mix_up_outcomes(history: History) -> None:
    history.outcomes[1] = Dequeued(1, "succeeded", "c")


def change_an_outcome(history: History) -> None:
    history.outcomes[2] = Dequeued(2, "succeeded", "b")


def dequeue_out_of_order(history: History) -> None:
    history.dequeued.reverse()


def dequeue_twice(history: History) -> None:
    history.dequeued.insert(1, history.dequeued[0])


def leave_one_out(history: History) -> None:
    del history.dequeued[1]


def repeat_an_effect(history: History) -> None:
    history.effects["a"] = 2


def lose_an_effect(history: History) -> None:
    del history.effects["a"]


def fail_one(history: History) -> None:
    history.outcomes[1] = history.dequeued[0] = Dequeued(1, "failed", None)
    del history.effects["a"]


def cancel_one_that_nobody_stopped(history: History) -> None:
    history.stopped.clear()


def let_a_stopped_one_succeed(history: History) -> None:
    history.outcomes[2] = history.dequeued[1] = Dequeued(2, "succeeded", "b")
    history.effects["b"] = 1


def leave_the_effect_of_one_that_was_stopped(history: History) -> None:
    history.effects["b"] = 1


def test_a_right_history_is_accepted() -> None:
    assert violations(right()) == []


def test_an_answer_that_was_lost_excuses_one_outcome() -> None:
    history = right()
    leave_one_out(history)
    history.lost_answers = 1

    assert violations(history) == []


@pytest.mark.parametrize("end", [lambda _: None, let_a_stopped_one_succeed], ids=["stopped", "succeeded"])
def test_a_stop_without_an_answer_may_have_been_made_or_not(end: Callable[[History], None]) -> None:
    history = right()
    history.perhaps_stopped, history.stopped = history.stopped, set()
    end(history)

    assert violations(history) == []


@pytest.mark.parametrize(
    "damage",
    [
        lose_an_outcome,
        give_a_number_twice,
        leave_a_gap_in_a_batch,
        mix_up_outcomes,
        change_an_outcome,
        dequeue_out_of_order,
        dequeue_twice,
        leave_one_out,
        repeat_an_effect,
        lose_an_effect,
        fail_one,
        cancel_one_that_nobody_stopped,
        let_a_stopped_one_succeed,
        leave_the_effect_of_one_that_was_stopped,
    ],
    ids=lambda damage: str(damage.__name__),
)
def test_a_wrong_history_is_noticed(damage: Callable[[History], None]) -> None:
    history = right()
    damage(history)

    assert violations(history)
