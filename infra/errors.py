"""The errors that end a deployment, or an operation on one, and their messages."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from bootstrap.errors import SetupError

HINTS: dict[type[Exception], str] = {
    EndpointConnectionError: ". The local cloud is started by `make up`; on AWS, is the region right?",
    NoCredentialsError: ". Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
}

# Without credentials, a call is not sent. A connection that fails proves less: botocore may have sent the
# call before, over one that was lost.
NOT_SENT = (
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
GOES_ON = (
    "CloudFormation goes on with the changes that it has begun. Look at the stack's events, and run this "
    "again when they are finished."
)
UNFINISHED = 3  # exit status


class DeployError(SetupError):
    """A sentence that says what is wrong and what to do about it."""


class UnfinishedError(DeployError):
    """How a change of the stack ends is not known: AWS did not say, and CloudFormation may go on."""


@contextmanager
def unfinished_if_lost(*, begun: bool = True) -> Iterator[None]:
    """Raises UnfinishedError if the block fails while CloudFormation works.

    `begun`: it works already. Otherwise the block tells it to begin, and an error by which AWS refuses that,
    or for which nothing was sent, is raised as it is.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if not begun and not is_unanswered(error):
            raise
        raise unfinished(error) from error


def unfinished(error: BotoCoreError | ClientError) -> UnfinishedError:
    """What to raise if this error keeps the program from seeing how a change of the stack ends."""
    return UnfinishedError(f"How the change ends could not be seen: {message_for(error)}\n{GOES_ON}")


def is_unanswered(error: BotoCoreError | ClientError) -> bool:
    """Whether AWS may have done what it was asked: it did not answer, or with an error of its own."""
    if isinstance(error, BotoCoreError):
        return not isinstance(error, NOT_SENT)
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
