"""The bodies of calls about accounts and sessions."""

from typing import Annotated

import msgspec

USERNAME = "^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"

# The document says 8 to 128 characters; `hash_new` enforces it, with a sentence of its own. It counts the
# characters of the normalized password. As it is typed, the password may have several times as many.
type Password = Annotated[
    str, msgspec.Meta(max_length=512, extra_json_schema={"minLength": 8, "maxLength": 128})
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


class DeleteAccount(msgspec.Struct, forbid_unknown_fields=True):
    password: CurrentPassword
