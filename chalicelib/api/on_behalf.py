"""What users do with their own queue, and services for users: the same operations under other paths."""

from typing import Annotated

import msgspec

from chalicelib.web.operations import REQUIRED, Operation, Parameter, Place

OWN = "/api/queue"
USERS = "/api/users/{user}"
OF_A_USER = f"{USERS}/queue"
# As in core/queueing/names.py. Of 32 hexadecimal digits are the ids of accounts, for which no service acts.
USER = r"^(?![0-9A-Fa-f]{32}\Z)[A-Za-z0-9._:@~-]{1,128}\Z"
PARAMETER = Parameter("user", "user", Place.PATH, Annotated[str, msgspec.Meta(pattern=USER)], REQUIRED)


def on_behalf(operation: Operation) -> Operation:
    """The operation for services; one that is declared under a user's path already is for them alone."""
    if operation.path.startswith(USERS):
        return operation._replace(on_behalf=PARAMETER)
    return operation.on_behalf_of(PARAMETER, OWN, OF_A_USER, tag="Queues of users", suffix="ForUser")
