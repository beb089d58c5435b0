"""When wake-ups in memory come, and for whom: time passes up to the next one."""

from collections.abc import Iterable

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.core.time import Millis


def next_at(fifo: MemoryFifo) -> Millis | None:
    """When the next message can be received; None: there is none.

    A message that is invisible locks its group, so each group can be received from when the last of its
    messages is visible.
    """
    free_at = dict[str, Millis]()
    for message in fifo.messages():
        free_at[message.group] = max(message.visible_at, free_at.get(message.group, 0))
    return min(free_at.values(), default=None)


def users_of(fifos: Iterable[MemoryFifo]) -> set[str]:
    """Those for whom a wake-up is under way."""
    return {from_message(message.body)[0] for fifo in fifos for message in fifo.messages()}
