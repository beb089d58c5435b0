"""The errors that end a deployment, or an operation on one, and their messages."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from bootstrap.errors import SetupError

HINTS: dict[type[Exception], str] = {
    EndpointConnectionError: ". The local cloud is started by `make up`; on AWS, is the region right?",
    NoCredentialsError: ". Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
}


class DeployError(SetupError):
    """A sentence that says what is wrong and what to do about it."""


def message_for(error: Exception) -> str:
    """The error as a sentence, and how to solve the problem if that is known."""
    return f"{error}{HINTS.get(type(error), '')}"


def reason_of(error: Exception) -> str:
    """In a few words, for a sentence about something that did not succeed: the code, if AWS has answered."""
    reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else str(error)
    return str(reason).removesuffix(".")


@contextmanager
def ending_in_a_sentence() -> Iterator[None]:
    """Ends the program with the sentence if the block cannot do what it should."""
    try:
        yield
    except (SetupError, BotoCoreError, ClientError) as error:
        sys.exit(message_for(error))
