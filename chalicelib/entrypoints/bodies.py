"""The bodies of HTTP calls, checked strictly."""

from typing import Annotated

import msgspec


class Body(msgspec.Struct, forbid_unknown_fields=True):
    pass


class Register(Body):
    username: Annotated[str, msgspec.Meta(min_length=3, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    password: Annotated[str, msgspec.Meta(min_length=8, max_length=128)]


class Login(Body):
    username: Annotated[str, msgspec.Meta(max_length=64)]
    password: Annotated[str, msgspec.Meta(max_length=128)]
