"""The parameters that several calls take."""

from typing import Annotated

import msgspec

from chalicelib.core.queueing.handler import TYPE

LONGEST_WAIT_S = 20  # the gateway gives up after 29
LONGEST_PAGE = 100
HIGHEST = 10**15 - 1  # exact in JSON, where numbers are doubles

type Wait = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_WAIT_S, description="Seconds")]
type Seq = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]
type SignalName = Annotated[str, msgspec.Meta(pattern=rf"^{TYPE.pattern}\Z", description="The signal's name")]
type Limit = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_PAGE)]
