"""The same things in memory, on moto and on the emulator, for one suite."""

from collections.abc import Iterator

import pytest
from botocore.session import Session
from moto import mock_aws

from chalicelib.adapters.sqs.wake_ups import PATIENT, create_client
from chalicelib.core.queueing.request import Request
from tests.contract.backends import ALL, EMULATOR, FAKE, MOTO
from tests.contract.fifos import Fifo, SqsFifo, TimedFifo
from tests.contract.stores import Stores, dynamo_stores, memory_stores
from tests.contract.users import User

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module", params=ALL)
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """What stands in for AWS; clients made meanwhile talk to it."""
    kind = str(request.param)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWS.items():
            patch.setenv(name, value)
        if kind == EMULATOR:
            emulator = request.getfixturevalue("emulator")
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", emulator.dynamodb_url)
            patch.setenv("AWS_ENDPOINT_URL_SQS", emulator.edge_url)
        if kind == MOTO:
            with mock_aws():
                yield kind
        else:
            yield kind


@pytest.fixture(scope="module")
def stores(backend: str) -> Stores:
    """Tests share it and use users of their own."""
    return memory_stores() if backend == FAKE else dynamo_stores()


@pytest.fixture
def fifo(backend: str) -> Fifo:
    return TimedFifo() if backend == FAKE else SqsFifo(create_client(Session(), PATIENT))


@pytest.fixture
def user(stores: Stores) -> User:
    """Signed in."""
    user = User(stores.queueing)
    user.sign_in()
    return user


@pytest.fixture
def queued(user: User) -> Request:
    user.take()
    return user.write(1)
