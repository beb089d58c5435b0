"""Wake-ups on SQS FIFO: a queue for each lane, in it a message group for each user, or for each wake-up."""

import json
import math
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.quick_calls import quicken
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane

# A send that stalls must not hold up an answer: the request is accepted without a wake-up.
CONFIG = Config(
    user_agent="gurukool",
    connect_timeout=1,
    read_timeout=3,
    retries={"total_max_attempts": 2, "mode": "standard"},
    parameter_validation=False,
)
LONGEST_HOLD_S = 43_200  # SQS: twelve hours


def create_client(session: Any) -> Any:
    """`session` is PynamoDB's botocore session: a second one would cost another 50 ms of each cold start."""
    client = session.create_client("sqs", config=CONFIG)
    quicken(client)
    return client


class SqsWakeUps:
    def __init__(self, client: Any, queue_urls: Mapping[Lane, str]) -> None:
        """For a lane without a queue here, a quick worker is woken. It hands the user over."""
        self._client = client
        self._queue_urls = queue_urls

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
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
