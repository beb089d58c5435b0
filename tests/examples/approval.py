"""A handler for the test of signals and sleeps, deployed beside those of the examples."""

import msgspec

from gurukool import Request, handler


class Approval(msgspec.Struct):
    by: str


class Approved(msgspec.Struct):
    by: str
    asked_at: int  # when the attempt began that has asked
    ended_at: int  # when the attempt began that has ended


@handler("approve")
def approve(payload: str, request: Request) -> Approved:
    """Ask, wait for the answer, sleep over it."""
    asked_at = request.step("ask", lambda: request.started_at, type=int)
    approval = request.wait_for("approval", timeout=3600, type=Approval)
    request.sleep(1)
    return Approved(approval.by, asked_at, request.started_at)
