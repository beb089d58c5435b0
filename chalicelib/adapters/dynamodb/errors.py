"""DynamoDB's errors in the core's words. Nothing of PynamoDB or botocore leaves this package."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.core.errors import LostRaceError, UnavailableError

SILENT = "The store does not answer. Try again."
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
    except BotoCoreError as error:
        raise UnavailableError(SILENT) from error
    except PynamoDBException as error:
        if isinstance(error.cause, BotoCoreError):  # such a cause may have no answer to take a code from
            raise UnavailableError(SILENT) from error
        code = error.cause_response_code
        if code == CONDITION_FAILED:
            raise LostRaceError from error
        if code in PASSING:
            raise UnavailableError(SILENT) from error
        raise
