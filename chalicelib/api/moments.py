"""Moments as the API writes them."""

from typing import Annotated

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.core.time import Millis

type Moment = Annotated[str, msgspec.Meta(description="UTC", extra_json_schema={"format": "date-time"})]


def optional_moment(moment: Millis | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, or None."""
    return None if moment is None else iso(moment)
