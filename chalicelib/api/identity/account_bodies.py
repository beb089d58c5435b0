"""The bodies of calls about accounts and sessions."""

from typing import Annotated

import msgspec

LONGEST_LINK_S = 86_400
USERNAME = "^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"

# `minLength` is only documented here; `hash_new` enforces it, with a sentence of its own. A password of 128
# characters may be typed as several times as many: it is normalised before its characters are counted.
type Password = Annotated[
    str,
    msgspec.Meta(
        max_length=512,
        description="At most 128 characters once it is normalised (NFKC)",
        extra_json_schema={"minLength": 8},
    ),
]
type CurrentPassword = Annotated[str, msgspec.Meta(max_length=512)]


class Register(msgspec.Struct, forbid_unknown_fields=True):
    # The pattern is only documented here; `new_username` enforces it, with a sentence of its own.
    username: Annotated[str, msgspec.Meta(max_length=64, extra_json_schema={"pattern": USERNAME})]
    password: Password


class Login(msgspec.Struct, forbid_unknown_fields=True):
    username: Annotated[str, msgspec.Meta(max_length=64)]
    password: CurrentPassword


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    refresh_token: Annotated[str, msgspec.Meta(max_length=1000)]


class ChangePassword(msgspec.Struct, forbid_unknown_fields=True):
    current_password: CurrentPassword
    new_password: Password


class UseSignInLink(msgspec.Struct, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(max_length=200, description="What follows `#sign-in=` in the link")]
    new_password: Password


class NewSignInLink(msgspec.Struct, forbid_unknown_fields=True):
    ttl_seconds: Annotated[
        int, msgspec.Meta(ge=60, le=LONGEST_LINK_S, description="Until the link expires")
    ] = 3600


class SetPassword(msgspec.Struct, forbid_unknown_fields=True):
    password: Password


class DeleteAccount(msgspec.Struct, forbid_unknown_fields=True):
    password: CurrentPassword
