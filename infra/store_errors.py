"""The errors of chalicelib's store, as sentences for whoever operates a stack."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.adapters.dynamodb.errors import SILENT
from chalicelib.core.errors import GurukoolError, LostRaceError
from infra.errors import DeployError

OTHERS = "Something else has changed the same item at this moment. Run it again."


@contextmanager
def as_deploy_errors() -> Iterator[None]:
    """Raises DeployError if the block cannot read or write the tables. Decorates functions, too."""
    try:
        yield
    except LostRaceError as error:
        raise DeployError(OTHERS) from error
    except GurukoolError as error:
        raise DeployError(str(error)) from error
    except PynamoDBException as error:
        if isinstance(error.cause, BotoCoreError):  # such a cause may have no answer to take a code from
            raise DeployError(SILENT) from error
        code = error.cause_response_code or type(error).__name__
        raise DeployError(f"DynamoDB refuses it: {code}.") from error
