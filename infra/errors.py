"""The errors that end a deployment, or an operation on one, and their messages."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from bootstrap.errors import SetupError

HINTS: dict[type[Exception], str] = {
    EndpointConnectionError: ". The local cloud is started by `make up`; on AWS, is the region right?",
    NoCredentialsError: ". Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
}


GOES_ON = (
    "CloudFormation goes on with the changes that it has begun. Look at the stack's events, and run this "
    "again when they are finished."
)
UNFINISHED = 3  # exit status


class DeployError(SetupError):
    """A sentence that says what is wrong and what to do about it."""


class UnfinishedError(DeployError):
    """How a change of the stack ends is not known: the connection was lost, and CloudFormation goes on."""


@contextmanager
def unfinished_if_lost(*, begun: bool = True) -> Iterator[None]:
    """Raises UnfinishedError if the block fails while CloudFormation works.

    `begun`: it works already. Otherwise the block tells it to begin, and an error by which AWS refuses that
    is raised as it is.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if not begun and not is_unanswered(error):
            raise
        raise UnfinishedError(f"The connection was lost: {message_for(error)}\n{GOES_ON}") from error


def is_unanswered(error: BotoCoreError | ClientError) -> bool:
    """Whether AWS may have done what it was asked: it did not answer, or with an error of its own."""
    if isinstance(error, BotoCoreError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return int(status) >= HTTPStatus.INTERNAL_SERVER_ERROR


def message_for(error: Exception) -> str:
    """The error as a sentence, and how to solve the problem if that is known."""
    return f"{error}{HINTS.get(type(error), '')}"


def reason_of(error: Exception) -> str:
    """In a few words, for a sentence about something that did not succeed: the code, if AWS has answered."""
    reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else str(error)
    return str(reason).removesuffix(".")


@contextmanager
def ending_in_a_sentence() -> Iterator[None]:
    """Ends the program with the sentence if the block cannot do what it should.

    The exit status is UNFINISHED if a change goes on whose end was not seen, and otherwise 1.
    """
    try:
        yield
    except UnfinishedError as error:
        print(error, file=sys.stderr)
        sys.exit(UNFINISHED)
    except (SetupError, BotoCoreError, ClientError) as error:
        sys.exit(message_for(error))
