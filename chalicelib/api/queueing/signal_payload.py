"""The payload of a signal as it is stored."""

from typing import Any

from chalicelib.adapters.json.codec import encode
from chalicelib.api.queueing.enqueue_body import require_size


def signal_json(payload: Any) -> str:
    """The payload as JSON text. Raises TooLargeError.

    It is written anew, so that the same signal is the same text however a client writes it. The limit is that
    of this text: `1e15` becomes `1000000000000000.0`, and the body's limit says nothing of that.
    """
    text = encode(payload)
    require_size(text.encode())
    return text
