"""The bodies of HTTP calls, checked strictly."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec

LONGEST_BATCH = 100
USERNAME = "^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"

# 8 to 128 characters, refused by `hash_new` in words: it counts them as they are hashed, whichever way a
# keyboard composes them. Composed otherwise there may be some times as many.
type Password = Annotated[
    str, msgspec.Meta(max_length=512, extra_json_schema={"minLength": 8, "maxLength": 128})
]
type GivenPassword = Annotated[str, msgspec.Meta(max_length=512)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    pass


class Register(Body):
    # Described as a pattern, and refused by `new_username` in words.
    username: Annotated[str, msgspec.Meta(max_length=64, extra_json_schema={"pattern": USERNAME})]
    password: Password


class Login(Body):
    username: Annotated[str, msgspec.Meta(max_length=64)]
    password: GivenPassword


class Refresh(Body):
    refresh_token: Annotated[str, msgspec.Meta(max_length=1000)]


class ChangePassword(Body):
    current_password: GivenPassword
    new_password: Password


class DeleteAccount(Body):
    password: GivenPassword


class Order(Body):
    """One request. `not_before` holds the line: nothing behind it starts earlier either."""

    elsewhere: ClassVar = {"requests": "is not accepted here: send batches to /api/queue/enqueue/batch"}

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))
    max_attempts: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    on_failure: Literal["skip", "halt"] | None = None
    not_before: (
        Annotated[
            datetime,
            msgspec.Meta(
                tz=True, description="The earliest start; at most 366 days ahead. Later requests wait as well"
            ),
        ]
        | None
    ) = None


class MarkRead(Body):
    seq: Annotated[int, msgspec.Meta(ge=0, le=10**15 - 1, description="The last number that was read")]


class Batch(Body):
    """All or none, under consecutive numbers."""

    requests: Annotated[list[Order], msgspec.Meta(min_length=1, max_length=LONGEST_BATCH)]
