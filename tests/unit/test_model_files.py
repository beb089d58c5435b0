"""Descriptions of services: read quickly, and the same as botocore reads them."""

from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.session import get_session

from chalicelib.adapters.aws.clients import read_models_quickly


def loaded(session: Any, service: str, kind: str) -> Any:
    try:
        return session.get_component("data_loader").load_service_model(service, kind)
    except UnknownServiceError:  # not every service has every kind
        return None


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "secretsmanager"])
@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"])
def test_descriptions_are_those_that_botocore_reads(service: str, kind: str) -> None:
    stock, quick = get_session(), get_session()
    read_models_quickly(quick)
    expected, read = (loaded(session, service, kind) for session in (stock, quick))

    assert read == expected


def test_endpoints_are_those_that_botocore_reads() -> None:
    stock, quick = get_session(), get_session()
    read_models_quickly(quick)

    assert quick.get_data("endpoints") == stock.get_data("endpoints")
    assert quick.get_available_services() == stock.get_available_services()
