"""The clients of AWS: how long they wait for an answer, and how often they ask.

The gateway gives up after 29 s, and the limits of PynamoDB are 15 and 30 s, those of botocore 60: with these,
one service that does not answer would use up a whole call.
"""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from botocore.config import Config
from botocore.loaders import JSONFileLoader

from chalicelib.adapters.aws.quick_calls import quicken


class Patience(NamedTuple):
    """How long a call may take. Times in seconds; those between the attempts are botocore's."""

    connect_s: float
    read_s: float
    attempts: int  # in all
    after_time_out: bool = True  # whether there is another attempt after one that was not answered in time


def config(patience: Patience) -> Config:
    """For `Session.create_client`. It cannot say `after_time_out`: see `create_quick`.

    For calls of our own alone, whose parameters the tests see: botocore checks none.
    """
    return Config(
        user_agent="gurukool",
        connect_timeout=patience.connect_s,
        read_timeout=patience.read_s,
        retries={"total_max_attempts": patience.attempts, "mode": "standard"},
        parameter_validation=False,
    )


class _ModelFiles(JSONFileLoader):  # type: ignore[misc]  # botocore ships no types
    """Reads the descriptions of services into plain dictionaries. botocore makes ordered ones, slowly."""

    def _load_file(self, full_path: str, open_method: Callable[[str, str], IO[bytes]]) -> Any:
        if not Path(full_path).is_file():
            return None
        with open_method(full_path, "rb") as file:
            return msgspec.json.decode(file.read())


def read_models_quickly(session: Any) -> None:
    """Before a botocore session makes its first client."""
    session.get_component("data_loader").file_loader = _ModelFiles()


def create_quick(session: Any, service: str, patience: Patience, **place: Any) -> Any:
    """A client whose most frequent calls are quick. `service`: dynamodb or sqs. `place`: as of botocore.

    `session` is a botocore session. Behind a proxy and with X-Ray, calls are made by botocore, which tries
    again after time-outs too.
    """
    client = session.create_client(service, config=config(patience), **place)
    quicken(client, after_time_out=patience.after_time_out)
    return client
