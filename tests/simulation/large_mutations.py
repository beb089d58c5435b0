"""Deliberate defects of large payloads and results. mutations.py has the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, cast

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.texts import MemoryTexts
from chalicelib.core.queueing import keeping
from chalicelib.core.queueing.conclusion import Conclusion
from chalicelib.core.queueing.enqueue import Enqueue
from chalicelib.core.queueing.keeping import Keeping
from chalicelib.core.queueing.request import Outcome, Request
from chalicelib.core.queueing.stored_text import bytes_apart
from chalicelib.core.queueing.texts import LargeText, TextKey, payload_of, result_of
from chalicelib.core.time import Millis
from tests.simulation import faults, world
from tests.simulation.mutations import defect, under


class WithoutTexts:
    """Requests, none of whose large texts is written."""

    def __init__(self, requests: object) -> None:
        self._requests = requests

    def write_texts(self, *_: object) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._requests, name)


@defect
def payload_written_after_its_request(patch: MonkeyPatch) -> None:
    write = Enqueue._write

    def write_late(use: Enqueue, batch: Sequence[Request], key: Any) -> bool:
        written = write(replace(use, requests=cast("Any", WithoutTexts(use.requests))), batch, key)
        if large := [payload_of(request) for request in batch if request.payload_bytes]:
            use.requests.write_texts(batch[0].user_id, large)
        return written

    patch.setattr(Enqueue, "_write", write_late)


@defect
@under(faults.Faults(stall=0.1, intrude=0.5))
def result_without_its_attempt_in_the_key(patch: MonkeyPatch) -> None:
    def without(key: TextKey) -> TextKey:
        return key._replace(attempt=min(key.attempt, 1))

    write, read = MemoryTexts.write_texts, MemoryTexts.read_texts

    def write_over(store: MemoryTexts, user_id: str, texts: Sequence[LargeText]) -> None:
        write(store, user_id, [text._replace(key=without(text.key)) for text in texts])

    def read_any(store: MemoryTexts, user_id: str, keys: Sequence[TextKey]) -> Mapping[TextKey, str]:
        found = read(store, user_id, [without(key) for key in keys])
        return {key: found[without(key)] for key in keys if without(key) in found}

    patch.setattr(MemoryTexts, "write_texts", write_over)
    patch.setattr(MemoryTexts, "read_texts", read_any)


@defect
def result_written_after_its_outcome(patch: MonkeyPatch) -> None:
    write_outcome = Conclusion._write_outcome

    def write_late(use: Conclusion, running: Request, outcome: Outcome, now: Millis, *others: Any) -> Request:
        late = replace(use, requests=cast("Any", WithoutTexts(use.requests)))
        finished = write_outcome(late, running, outcome, now, *others)
        if outcome.result and bytes_apart(outcome.result):
            use.requests.write_texts(running.user_id, [result_of(running, outcome.result, now)])
        return finished

    patch.setattr(Conclusion, "_write_outcome", write_late)


@defect
@under(faults.Faults(lose=0.2))
def payloads_not_kept(patch: MonkeyPatch) -> None:
    only_stand(patch)
    patch.setattr(Keeping, "__call__", lambda *args: None)


@defect
@under(faults.Faults(lose=0.2))
def payloads_of_the_head_only_kept(patch: MonkeyPatch) -> None:
    only_stand(patch)
    waiting = keeping._waiting
    patch.setattr(keeping, "_waiting", lambda *args: islice(waiting(*args), 1))


def only_stand(patch: MonkeyPatch) -> None:
    """Users who send requests and pause their queues."""
    kinds = ("enqueue", "enqueue", "batch", "pause")
    patch.setattr(world, "draw_kinds", lambda rng, controlled: [rng.choice(kinds) for _ in range(8)])
