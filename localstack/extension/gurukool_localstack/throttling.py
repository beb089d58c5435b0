"""A function that may not run now (429 of Lambda): the gateway answers at once, and as AWS's does.

LocalStack's gateway asks again for 11 s, and then says 502.
"""

import functools
from types import SimpleNamespace
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from localstack.services.apigateway.next_gen.execute_api.integrations import aws

_stock_service_factory = aws.get_service_factory


def install() -> None:
    aws.get_service_factory = _service_factory


def status(error: Any) -> int:
    """Of a failed integration: 500 if Lambda refused to run the function, 502 if the function itself failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
    """
    cause = error.__cause__
    if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "TooManyRequestsException":
        return 500
    return int(error.status_code or 500)


def _service_factory(region_name: str, role_arn: str | None) -> Any:
    return _stock_service_factory(region_name, role_arn) if role_arn else _of_region(region_name)


@functools.cache
def _of_region(region_name: str) -> SimpleNamespace:
    """A factory that keeps its client of Lambda; with a Config, LocalStack would make a new one each time."""
    once = Config(retries={"max_attempts": 0})
    return SimpleNamespace(lambda_=connect_to(region_name=region_name, config=once).lambda_)
