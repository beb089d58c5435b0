"""What is deleted and closed when a request has ended."""

from typing import TYPE_CHECKING

from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.notes import NoteStore


def clean_up_after(ended: Request, notes: "NoteStore", now: Millis) -> None:
    """Before the head moves past it, so that the next worker repeats it after a crash."""
    if ended.noted:
        from chalicelib.core.queueing.notes import clean_up  # only requests with notes need it

        clean_up(notes, ended)
    if ended.eventful:
        from chalicelib.core.queueing.events import close  # likewise

        close(notes, ended, now)
