"""The keys of services, as they are stored."""

from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.services import Service
from chalicelib.core.rates import Bucket, Rate
from tests.contract.stores import Stores

NOW = 1_700_000_000_000


@pytest.fixture
def service(stores: Stores) -> Service:
    scopes = frozenset({"read", "enqueue:*"})
    service = Service(token_hex(8), "shop", "hash", scopes, NOW, "root", expires_at=NOW + 1)
    stores.services.add(service)
    return service


def test_a_key_is_found_as_it_was_added(stores: Stores, service: Service) -> None:
    assert stores.services.get(service.key_id) == service
    assert service in stores.services.all()
    assert stores.services.get(token_hex(8)) is None


def test_adding_it_twice_is_harmless_and_another_one_under_its_id_is_refused(
    stores: Stores, service: Service
) -> None:
    stores.services.add(service)

    with pytest.raises(LostRaceError):
        stores.services.add(replace(service, secret_hash="other"))
    assert stores.services.get(service.key_id) == service


def test_its_last_use_is_noted_by_one_of_those_who_saw_the_one_before(
    stores: Stores, service: Service
) -> None:
    stores.services.note_use(service, NOW + 5)

    with pytest.raises(LostRaceError):
        stores.services.note_use(service, NOW + 6)
    used = stores.services.get(service.key_id)
    assert used == replace(service, last_used_at=NOW + 5)
    stores.services.note_use(used, NOW + 9)


def test_what_was_removed_stays_so(stores: Stores, service: Service) -> None:
    stores.services.remove(service.key_id)

    with pytest.raises(LostRaceError):
        stores.services.note_use(service, NOW)
    with pytest.raises(LostRaceError):
        stores.services.remove(service.key_id)
    assert stores.services.get(service.key_id) is None


def test_tokens_are_taken_out_of_its_bucket_under_a_condition(stores: Stores) -> None:
    bucket = Bucket(Rate.parse("7/s"), burst=2)
    service = Service(token_hex(8), "shop", "hash", frozenset({"read"}), NOW, "root", bucket=bucket)
    stores.services.add(service)
    assert stores.services.get(service.key_id) == service
    both = bucket.withdrawal(2, NOW, None)

    emptied = stores.services.withdraw(service.key_id, both)

    assert emptied == replace(service, arrival=NOW * 1000 + 2 * 142_858)
    assert stores.services.get(service.key_id) == emptied
    for withdrawal in (both, bucket.withdrawal(1, NOW, emptied.arrival)):
        with pytest.raises(LostRaceError):
            stores.services.withdraw(service.key_id, withdrawal)
    later = stores.services.withdraw(service.key_id, bucket.withdrawal(1, NOW + 143, emptied.arrival))
    assert later.arrival == NOW * 1000 + 3 * 142_858


def test_a_key_that_was_revoked_does_not_come_back_by_a_withdrawal(stores: Stores, service: Service) -> None:
    stores.services.remove(service.key_id)

    with pytest.raises(LostRaceError):
        stores.services.withdraw(service.key_id, Bucket(Rate.parse("1/s"), 1).withdrawal(1, NOW, None))
    assert stores.services.get(service.key_id) is None
