"""The clients of AWS: how long they wait for an answer, and how often they ask.

The gateway gives up after 29 s, and the limits of PynamoDB are 15 and 30 s, those of botocore 60: with these,
one service that does not answer would use up a whole call.
"""

from typing import Any, NamedTuple

from botocore.config import Config

from chalicelib.adapters.aws.quick_calls import quicken


class Patience(NamedTuple):
    """How long a call may take. Times in seconds; those between the attempts are botocore's."""

    connect_s: float
    read_s: float
    attempts: int  # in all
    after_time_out: bool = True  # whether there is another attempt after one that was not answered in time


def config(patience: Patience) -> Config:
    """For `Session.create_client`. It cannot say `after_time_out`: see `create_quick`."""
    return Config(
        user_agent="gurukool",
        connect_timeout=patience.connect_s,
        read_timeout=patience.read_s,
        retries={"total_max_attempts": patience.attempts, "mode": "standard"},
        parameter_validation=False,
    )


def create_quick(session: Any, service: str, patience: Patience, **place: Any) -> Any:
    """A client whose most frequent calls are quick. `service`: dynamodb or sqs. `place`: as of botocore.

    `session` is a botocore session. Behind a proxy and with X-Ray, calls are made by botocore, which tries
    again after time-outs too.
    """
    client = session.create_client(service, config=config(patience), **place)
    quicken(client, after_time_out=patience.after_time_out)
    return client
