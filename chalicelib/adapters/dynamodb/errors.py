"""DynamoDB's errors in the core's words. Nothing of PynamoDB or botocore leaves this package."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.core.errors import LostRaceError, UnavailableError

CONDITION_FAILED = "ConditionalCheckFailedException"

# Safe to try again later; anything else is a programmer's mistake and is raised as it is.
PASSING = frozenset(
    {
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


@contextmanager
def translated() -> Iterator[None]:
    """Raises LostRaceError if a condition did not hold, UnavailableError if DynamoDB does not answer."""
    try:
        yield
    except PynamoDBException as error:
        code = error.cause_response_code
        if code == CONDITION_FAILED:
            raise LostRaceError from error
        if code in PASSING or isinstance(error.cause, BotoCoreError):
            raise UnavailableError("The store does not answer. Try again.") from error
        raise
