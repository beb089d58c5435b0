"""Wake-ups on SQS FIFO: a queue for each lane, in it a message group for each user, or for each wake-up."""

import json
import math
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from chalicelib.adapters.aws.clients import Patience, create_quick
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.time import Millis

PATIENT = Patience(connect_s=1, read_s=3, attempts=2)
# While a caller waits for the API's answer. Its request is stored already, and a wake-up that is not sent is
# sent by the user's next request or by the sweeper. By the FAQ of SQS, a SendMessage typically takes tens to
# low hundreds of milliseconds. What takes several times as long is an outage.
PROMPT = Patience(connect_s=0.5, read_s=1, attempts=2, after_time_out=False)
NO_ANSWER = (ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError)
LONGEST_HOLD_S = 43_200  # SQS: twelve hours
SHORTEST_TIMER_S = 1.0  # SQS counts in whole seconds
# A message that is invisible locks its group: nobody could be woken when the head is cancelled meanwhile.
LONGEST_TIMER_S = 20.0


def create_client(session: Any, patience: Patience) -> Any:
    """`session` is PynamoDB's botocore session: a second one would cost another 50 ms of each cold start."""
    return create_quick(session, "sqs", patience)


class SqsWakeUps:
    def __init__(self, client: Any, queue_urls: Mapping[Lane, str]) -> None:
        """For a lane without a queue here, a quick worker is woken. It hands the user over."""
        self._client = client
        self._queue_urls = queue_urls

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        """Raises UnavailableError."""
        lane = lane if lane in self._queue_urls else Lane.QUICK
        try:
            self._client.send_message(
                QueueUrl=self._queue_urls[lane],
                MessageBody=to_message(user_id, seq),
                MessageGroupId=group_of(user_id, wake_up_id, lane),
                MessageDeduplicationId=wake_up_id,
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The wake-up could not be sent.") from error


def was_answered(error: UnavailableError) -> bool:
    """Whether SQS has refused the wake-up: it could be reached, and was in time."""
    return not isinstance(error.__cause__, NO_ANSWER)


class SqsLease:
    """The message being served: it is invisible, and its group with it, for as long as it is held."""

    def __init__(self, client: Any, queue_url: str, receipt_handle: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._receipt_handle = receipt_handle

    def hold(self, seconds: float) -> None:
        try:
            self._client.change_message_visibility(
                QueueUrl=self._queue_url,
                ReceiptHandle=self._receipt_handle,
                VisibilityTimeout=min(LONGEST_HOLD_S, max(0, math.ceil(seconds))),
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The wake-up could not be held.") from error


def timer_s(wait_ms: Millis) -> float:
    """For how long to hold the message that is the timer of this wait, before it is looked at again.

    >>> timer_s(300), timer_s(12_300), timer_s(85_000)
    (1.0, 12.3, 20.0)
    """
    return min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait_ms / 1000))


def group_of(user_id: str, wake_up_id: str, lane: Lane) -> str:
    """The message group of a wake-up: of its user, and in the long lane its own.

    Lambda demands that a message stays invisible for as long as its function may run, 15 minutes in the long
    lane. If the worker dies before it has shortened that, its group is locked so long. The next wake-up must
    not wait for it: the order of requests does not depend on groups.
    """
    return wake_up_id if lane is Lane.LONG else user_id


def to_message(user_id: str, seq: int) -> str:
    return json.dumps({"user": user_id, "seq": seq})


class NotAWakeUpError(ValueError):
    """Somebody else's message: sent by hand, or by a release that has other ones."""


def from_message(body: str) -> tuple[str, int]:
    """The user whose queue has work, and up to which number at least. Raises NotAWakeUpError."""
    try:
        message = json.loads(body)
        return str(message["user"]), int(message["seq"])
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise NotAWakeUpError from error
