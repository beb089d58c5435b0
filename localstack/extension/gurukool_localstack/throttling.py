"""A function that is throttled (429 from Lambda): the gateway answers at once and as on AWS.

LocalStack's gateway retries for 11 s and then answers with 502.
"""

from types import SimpleNamespace
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.integrations import aws

from gurukool_localstack import direct

_stock_service_factory = aws.get_service_factory
_DIRECT = SimpleNamespace(lambda_=direct.Lambda())  # it does not try again


def install() -> None:
    aws.get_service_factory = _service_factory


def status(error: Any) -> int:
    """The HTTP status for a failed integration: 500 if Lambda refused to run the function, 502 if it failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
    """
    if direct.is_throttled(error.__cause__):
        return 500
    return int(error.status_code or 500)


def _service_factory(region_name: str, role_arn: str | None) -> Any:
    return _stock_service_factory(region_name, role_arn) if role_arn else _DIRECT
