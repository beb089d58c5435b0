"""Whatever the store raises ends a program of an operator with a sentence."""

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from pynamodb.exceptions import PynamoDBException, ScanError

from chalicelib.adapters.dynamodb.errors import SILENT
from chalicelib.core.errors import LostRaceError, NewerItemError, UnavailableError
from infra.errors import DeployError
from infra.store_errors import OTHERS, as_deploy_errors

DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "Scan")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (LostRaceError(), OTHERS),
        (UnavailableError("Away."), "Away."),
        (NewerItemError(), str(NewerItemError())),
        (ScanError("no", DENIED), "DynamoDB refuses it: AccessDeniedException."),
        (ScanError("no", HTTPClientError(error="reset")), SILENT),
        (PynamoDBException("no"), "DynamoDB refuses it: PynamoDBException."),
    ],
)
def test_an_error_of_the_store_is_a_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(DeployError) as raised, as_deploy_errors():
        raise error
    assert str(raised.value) == sentence
