"""What the log says of requests that were accepted."""

from collections import Counter
from collections.abc import Sequence

from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.request import Request


def log_accepted(requests: Sequence[Request]) -> None:
    """One line, also for a batch: a line for each would cost a third of what all its lines cost."""
    first, last = requests[0], requests[-1]
    if first is last:
        log_event("request accepted", user=first.user_id, seq=first.seq, type=first.type)
        return
    types = Counter(request.type for request in requests)
    log_event("requests accepted", user=first.user_id, seq=first.seq, last_seq=last.seq, types=types)
