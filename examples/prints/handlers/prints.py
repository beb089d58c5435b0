"""Printing, page by page."""

import time
from typing import Annotated

import msgspec

from gurukool import Request, handler


class Pages(msgspec.Struct, forbid_unknown_fields=True):
    pages: Annotated[int, msgspec.Meta(ge=1, le=20)]


class Printed(msgspec.Struct):
    pages: int


@handler("print", timeout=30)
def print_pages(payload: Pages, request: Request) -> Printed:
    """Whoever watches sees page after page; the user's next print waits for this one."""
    for page in range(1, payload.pages + 1):
        request.progress(page / payload.pages, f"Page {page} of {payload.pages}")
        time.sleep(request.settings["seconds_per_page"])
    return Printed(payload.pages)
