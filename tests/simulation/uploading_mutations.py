"""Deliberate defects of uploads. mutations.py has the others."""

from collections.abc import Callable
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.objects import MemoryObjects
from chalicelib.core.queueing import uploaded
from chalicelib.core.queueing.enqueue import Enqueue
from tests.simulation import faults, uploading
from tests.simulation.large_mutations import only_stand
from tests.simulation.mutations import Defect, defect, under


def with_uploads(define: Defect) -> Defect:
    """In every history, so that it is found soon."""

    def both(patch: MonkeyPatch) -> None:
        patch.setattr(uploading, "is_used", lambda seed: True)
        define(patch)

    both.__name__ = define.__name__
    return both


@defect
@with_uploads
def upload_claimed_after_its_request(patch: MonkeyPatch) -> None:
    """It is copied when the request is accepted: the worker may be faster."""
    call, copy = Enqueue.__call__, MemoryObjects.copy
    late = list[Callable[[], None]]()

    def copy_late(objects: MemoryObjects, source: str, target: str) -> None:
        if source != target:
            late.append(lambda: copy(objects, source, target))

    def enqueue(use: Enqueue, *args: Any) -> Any:
        accepted = call(use, *args)
        while late:
            late.pop()()
        return accepted

    patch.setattr(MemoryObjects, "copy", copy_late)
    patch.setattr(Enqueue, "__call__", enqueue)


@defect
@with_uploads
@under(faults.Faults(lose=0.2))
def upload_left_among_the_unused(patch: MonkeyPatch) -> None:
    only_stand(patch)
    patch.setattr(uploaded, "kept_place", lambda kept_ms: uploaded.NEW)
    patch.setattr(MemoryObjects, "copy", lambda *_: None)


@defect
@with_uploads
@under(faults.Faults(lose=0.2))
def uploads_not_kept(patch: MonkeyPatch) -> None:
    only_stand(patch)
    patch.setattr(uploaded, "keep", lambda *_: None)


@defect
@with_uploads
def uploads_of_a_removed_user_left(patch: MonkeyPatch) -> None:
    patch.setattr(uploaded, "delete_all", lambda *_: True)
