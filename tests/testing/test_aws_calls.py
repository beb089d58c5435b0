"""What calls of AWS leave behind, in spite of their names."""

import pytest

from gurukool import Request, handler
from gurukool.testing import NotOnceError, crash_everywhere

BUS = {"bus": "default"}


def test_events_and_records_that_are_put_twice_are_found() -> None:
    @handler("announce")
    def announce(payload: str, request: Request) -> None:
        entry = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
        request.resources.client("events").put_events(Entries=[entry])

    with pytest.raises(NotOnceError, match=r"events\.PutEvents happens twice"):
        crash_everywhere(announce, "sold", resources=BUS)


def test_what_only_reads_may_be_repeated() -> None:
    @handler("identify")
    def identify(payload: str, request: Request) -> None:
        sts = request.resources.client("sts")
        sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/shop", RoleSessionName="shop")

    with pytest.raises(ValueError, match="Nothing was seen that could happen twice"):
        crash_everywhere(identify, "", resources=BUS)
