"""Keys of services: made, verified, revoked."""

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.core.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from chalicelib.core.identity.service_keys import MOST_KEYS, TRUSTED_MS, USE_NOTED_MS, ServiceKeys
from chalicelib.core.identity.services import Key
from tests.fakes.accounts import FakeServices

SCOPES = frozenset({"read"})
REVOKED_WITHIN_MS = 5_000


class Keys:
    """The keys as two processes see them."""

    def __init__(self) -> None:
        self.clock, self.store = ManualClock(), FakeServices()
        self.one, self.other = (ServiceKeys(self.store, self.clock) for _ in range(2))

    def make(self, days: int | None = None) -> str:
        expires_at = None if days is None else self.clock.now() + days * 24 * 3600 * 1000
        key = Key.new()
        self.one.make(key, "shop", SCOPES, "root", expires_at)
        return str(key)

    def is_refused(self, text: str) -> bool:
        try:
            self.other.verify(text)
        except UnauthenticatedError as error:
            return error.code == "invalid_key"
        return False


@pytest.fixture
def keys() -> Keys:
    return Keys()


def test_a_key_tells_the_service_and_its_scopes(keys: Keys) -> None:
    service = keys.other.verify(keys.make())

    assert (service.name, service.scopes) == ("shop", SCOPES)


def test_nothing_of_its_secret_is_stored(keys: Keys) -> None:
    text = keys.make()

    key = Key.parse(text)
    assert key
    assert key.secret not in repr(keys.store.services)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("gk_", "gk_0", 1),
        lambda text: text + "x",
        lambda text: text.upper(),
        lambda text: text.split("_")[1],
        lambda text: "gk_" + "0" * 16 + text[19:],
        lambda text: "gk__",
    ],
)
def test_what_is_not_quite_the_key_is_refused(keys: Keys, change: object) -> None:
    text = keys.make()

    assert callable(change)
    assert keys.is_refused(change(text))
    assert not keys.is_refused(text)


def test_the_secret_of_one_key_opens_no_other(keys: Keys) -> None:
    one, other = Key.parse(keys.make()), Key.parse(keys.make())

    assert one
    assert other
    assert keys.is_refused(str(Key(one.key_id, other.secret)))


def test_a_key_expires(keys: Keys) -> None:
    text = keys.make(days=1)
    assert not keys.is_refused(text)

    keys.clock.advance(24 * 3600 * 1000)

    assert keys.is_refused(text)


def test_a_revoked_key_is_refused_by_every_process_within_five_seconds(keys: Keys) -> None:
    text = keys.make()
    assert not keys.is_refused(text)

    keys.one.revoke(text.split("_")[1])
    keys.clock.advance(REVOKED_WITHIN_MS - 1_000)

    assert keys.is_refused(text)
    with pytest.raises(NotFoundError):
        keys.one.revoke(text.split("_")[1])


def test_a_process_reads_a_key_once_in_a_few_seconds(keys: Keys) -> None:
    text = keys.make()

    for _ in range(5):
        keys.other.verify(text)
    assert keys.store.reads == 1

    keys.clock.advance(TRUSTED_MS)
    keys.other.verify(text)
    assert keys.store.reads == 2


def test_its_last_use_is_noted_now_and_then(keys: Keys) -> None:
    text = keys.make()
    first = keys.clock.now()
    keys.other.verify(text)

    keys.clock.advance(USE_NOTED_MS - 1)
    keys.other.verify(text)
    [service] = keys.one.all()
    assert service.last_used_at == first

    keys.clock.advance(1)
    keys.other.verify(text)
    [service] = keys.one.all()
    assert service.last_used_at == keys.clock.now()


def test_there_is_a_limit(keys: Keys) -> None:
    for _ in range(MOST_KEYS):
        keys.make()

    with pytest.raises(InvalidInputError, match="limit"):
        keys.make()
