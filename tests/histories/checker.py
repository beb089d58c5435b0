"""Whether a history is one that the guarantee allows."""

from collections.abc import Iterator
from itertools import pairwise

from tests.histories.history import History


def violations(history: History) -> list[str]:
    """What is wrong with it, as sentences."""
    return [*_numbers(history), *_outcomes(history), *_order(history), *_effects(history)]


def _numbers(history: History) -> Iterator[str]:
    given: dict[int, str] = {}
    for call in history.accepted:
        if call.seqs != tuple(range(call.seqs[0], call.seqs[0] + len(call.marks))):
            yield f"one call's numbers are not consecutive: {call.seqs}"
        for seq, mark in zip(call.seqs, call.marks, strict=True):
            if seq in given:
                yield f"number {seq} was given to {given[seq]} and to {mark}"
            given[seq] = mark


def _outcomes(history: History) -> Iterator[str]:
    """Accepted implies one outcome, and that it is this request's.

    The handler never fails, and has attempts enough for every kill: nothing but a stop keeps a request from
    its success. What was told to be stopped does not succeed.
    """
    for call in history.accepted:
        for seq, mark in zip(call.seqs, call.marks, strict=True):
            outcome = history.outcomes.get(seq)
            if outcome is None:
                yield f"request {seq} ({mark}) was accepted and has no outcome"
            elif outcome.status == "succeeded" and outcome.mark != mark:
                yield f"the outcome of request {seq} is {outcome.mark}, not {mark}"
            elif outcome.status not in _allowed(history, seq):
                yield f"request {seq} has {outcome.status}"
    for taken in history.dequeued:
        if taken != history.outcomes.get(taken.seq):
            yield f"the outcome of request {taken.seq} has changed since it was dequeued"


def _allowed(history: History, seq: int) -> set[str]:
    """How the request may end."""
    if seq in history.stopped:
        return {"cancelled"}
    return {"succeeded", "cancelled"} if seq in history.perhaps_stopped else {"succeeded"}


def _order(history: History) -> Iterator[str]:
    """Dequeued in order, never twice; and none left out, but for answers that were lost on the way."""
    taken = [d.seq for d in history.dequeued]
    for before, after in pairwise(taken):
        if after <= before:
            yield f"request {after} was dequeued after request {before}"
    missed = len(history.outcomes.keys() - set(taken))
    if missed > history.lost_answers:
        yield f"{missed} outcomes were never dequeued, and only {history.lost_answers} answers were lost"


def _effects(history: History) -> Iterator[str]:
    """Exactly once where the request succeeded, and not at all where it did not."""
    succeeded = {o.mark for o in history.outcomes.values() if o.status == "succeeded"}
    for mark in succeeded - history.effects.keys():
        yield f"request {mark} succeeded and its effect is not there"
    for mark, times in history.effects.items():
        if mark not in succeeded:
            yield f"the effect of request {mark} is there and it did not succeed"
        elif times != 1:
            yield f"the effect of request {mark} is there {times} times"
