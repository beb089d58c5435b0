"""Numbers and durations as JSON."""

from typing import Annotated

import msgspec

type Number = Annotated[int, msgspec.Meta(ge=0)]
type Seconds = Annotated[float, msgspec.Meta(ge=0)]
type EstimatedWait = (
    Annotated[
        float,
        msgspec.Meta(
            ge=0,
            description="Null while no request may begin, or if the requests ahead are not known",
        ),
    ]
    | None
)


def rounded(seconds: float | None) -> float | None:
    """To the millisecond."""
    return None if seconds is None else round(seconds, 3)
