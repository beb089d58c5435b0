"""DynamoDB's errors in the core's words. Nothing of PynamoDB or botocore leaves this package."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.adapters.aws.refusal import refusal_in
from chalicelib.core.errors import LostRaceError, UnavailableError

SILENT = "The store does not answer. Try again."
INVALID = "ValidationException"
CONDITION_FAILED = "ConditionalCheckFailedException"
CONFLICT = "TransactionConflictException"

# Safe to try again later, like every answer of status 500 and above; anything else is a programmer's mistake
# and is raised as it is.
PASSING = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        CONFLICT,
        "TransactionInProgressException",
    }
)


def is_passing(error: BaseException) -> bool:
    """Whether the error that DynamoDB answered a call with says that it may go well later.

    PynamoDB keeps the code of botocore's error; the status is only in the error of which it made its own.
    """
    refusals = (refusal_in(e) for e in (error, error.__cause__, error.__context__))
    return any(r.status >= HTTPStatus.INTERNAL_SERVER_ERROR or r.code in PASSING for r in refusals)


def is_conflict(error: UnavailableError) -> bool:
    """Whether the write was refused only because a transaction was at the same item."""
    return getattr(error.__cause__, "cause_response_code", None) == CONFLICT


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
        if error.cause_response_code == CONDITION_FAILED:
            raise LostRaceError from error
        if error.cause is not None and is_passing(error.cause):
            raise UnavailableError(SILENT) from error
        raise
