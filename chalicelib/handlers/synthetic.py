"""The handler of the synthetic check: the function `checker` sends it requests, to see that they run."""

from typing import Annotated

import msgspec

from chalicelib.core.queueing.handler import handler

TYPE = "synthetic-check"

type Nonce = Annotated[str, msgspec.Meta(max_length=64)]


@handler(TYPE, timeout=2)
def synthetic_check(payload: Nonce) -> str:
    return payload
