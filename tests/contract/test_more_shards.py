"""The number of shards has grown in DynamoDB: what was written before that stays in the shard it had."""

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import Tables
from tests.contract.backends import EMULATOR, MOTO
from tests.contract.entries import written
from tests.contract.stores import LIMIT, created_tables
from tests.contract.users import LATER, NOW, User

NAME = "ada:2"  # its hash is 2 modulo 8, and 10 modulo 16


@pytest.mark.parametrize("backend", [MOTO, EMULATOR], indirect=True)
@pytest.mark.parametrize(("before", "since"), [(NOW, LATER), (LATER, NOW)])
def test_the_first_entry_of_a_user_is_found_whichever_shard_has_it(
    backend: str, before: int, since: int
) -> None:
    names = created_tables()
    fewer, more = (DynamoStore(Tables(names, shards=shards), LIMIT) for shards in (8, 16))

    written(User(fewer, NAME), before)
    written(User(more, NAME), since)

    assert more.entries.earliest(LATER) == {NAME: NOW}
