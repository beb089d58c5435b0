"""The clients of botocore that `request.resources.client` makes for handlers."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError

from chalicelib.adapters.dynamodb.resources import DeployedResources
from chalicelib.adapters.dynamodb.tables import TableNames, Tables


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    tables = Tables(TableNames(), "us-east-1", "http://127.0.0.1:9")
    return DeployedResources({}, {"s3"}, lambda: tables).client("s3")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [("delete_object", {}), ("put_object", {"Body": b""}), ("get_object", {})],
)
def test_a_key_that_is_empty_never_names_the_bucket(s3: Any, operation: str, parameters: Any) -> None:
    """`DELETE /files/` would delete the bucket."""
    s3.meta.events.register("before-send.s3", lambda **_: pytest.fail("it was sent"))

    with pytest.raises(ParamValidationError):
        getattr(s3, operation)(Bucket="files", Key="", **parameters)


def test_a_slow_service_has_the_time_that_botocore_gives_it(s3: Any) -> None:
    assert (s3.meta.config.connect_timeout, s3.meta.config.read_timeout) == (
        Config().connect_timeout,
        Config().read_timeout,
    )
