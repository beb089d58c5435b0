"""S3's errors in the core's words. Nothing of botocore leaves this package."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.refusal import refusal_in
from chalicelib.core.errors import LostRaceError, UnavailableError

SILENT = "The bucket for uploads does not answer. Try again."
MISSING = frozenset({"NoSuchKey", "404"})
PASSING = frozenset({"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "OperationAborted"})


@contextmanager
def translated() -> Iterator[None]:
    """Raises LostRaceError if there is no such object, UnavailableError if S3 does not answer."""
    try:
        yield
    except BotoCoreError as error:
        raise UnavailableError(SILENT) from error
    except ClientError as error:
        code, status = refusal_in(error)
        if code in MISSING:
            raise LostRaceError from error
        if code in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnavailableError(SILENT) from error
        raise
