"""The body of an enqueue, as the caller writes it."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec

from chalicelib.core.queueing.entry import CALLBACK_CHARACTERS

LONGEST_BATCH = 100
NO_PAYLOAD = b"{}"  # of an order that has none


type MaxAttempts = Annotated[int, msgspec.Meta(ge=1, le=100)]
type NotBefore = Annotated[
    datetime,
    msgspec.Meta(
        tz=True, description="The earliest start; at most 366 days ahead. Later requests wait as well"
    ),
]

type CallbackUrl = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=CALLBACK_CHARACTERS,
        description="A URL on an allowed host, to which the outcome is pushed, after the outcomes before it",
    ),
]


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """One request. `not_before` holds the line: nothing behind it starts earlier either."""

    elsewhere: ClassVar = {
        "requests": "is not accepted here: send batches to /api/queue/enqueue/batch",
        "enter_at": "is not accepted here: schedule requests at /api/queue/scheduled",
    }

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    # Stored as it was sent. Its handler's type is known only when `type` has been read.
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(NO_PAYLOAD))
    max_attempts: MaxAttempts | None = None
    on_failure: Literal["skip", "halt"] | None = None
    not_before: NotBefore | None = None
    start_before: (
        Annotated[
            datetime,
            msgspec.Meta(
                tz=True,
                description="If the request was not begun by then, its outcome is `expired`, and the next "
                "one runs. After `not_before`; at most 366 days ahead",
            ),
        ]
        | None
    ) = None
    slot: (
        Annotated[
            str,
            msgspec.Meta(
                min_length=1,
                max_length=64,
                description="A name of the caller's choice, by which requests replace one another: see "
                "`if_busy`. Not in batches",
            ),
        ]
        | None
    ) = None
    if_busy: (
        Annotated[
            Literal["queue", "reject", "replace", "interrupt"],
            msgspec.Meta(
                description="What to do about the requests of the same slot. queue (the default): wait "
                "behind them; reject: answer 409 while one of them has no outcome; replace: cancel those "
                "that wait; interrupt: that, and stop the one that runs"
            ),
        ]
        | None
    ) = None
    callback: CallbackUrl | None = None
    payload_upload: (
        Annotated[
            str,
            msgspec.Meta(
                pattern=r"^[0-9a-f]{32}-[0-9a-f]{64}\Z",
                description="The id of an upload that is the payload, in place of `payload`. Not in batches",
            ),
        ]
        | None
    ) = None


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """All or none, under consecutive numbers."""

    requests: Annotated[list[Order], msgspec.Meta(min_length=1, max_length=LONGEST_BATCH)]
