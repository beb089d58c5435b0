"""What callers are answered who say not who they are."""

import re

from chalicelib.api.assembly import OPERATIONS
from local_cloud.api_client import Api


def test_all_that_is_not_open_to_everybody_is_refused(api: Api) -> None:
    """Before anything else is looked at: neither place nor body is one that could be accepted."""
    closed = [operation for operation in OPERATIONS if operation.signed_in]
    for operation in closed:
        answer = api.call(operation.method, re.sub(r"{\w+}", "x", operation.path), "")
        assert (answer.status, answer.body["code"]) == (401, "unauthenticated"), operation.operation_id
    assert len(closed) >= 60
