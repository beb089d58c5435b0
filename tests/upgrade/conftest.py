"""The deployed functions' code, in this process and on moto, after an upgrade."""

import time
from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.infra.cloud import Cloud
from tests.infra.conftest import packaged, template
from tests.infra.documents import Document
from tests.upgrade.stored import FILES, Stored
from tests.upgrade.upgraded import Upgraded

__all__ = ["packaged", "template"]  # fixtures

LATER_MS = 2 * 24 * 3600 * 1000  # what was scheduled for the next day is due, and no session has expired


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def stored(request: pytest.FixtureRequest) -> Stored:
    return Stored.read(request.param)


@pytest.fixture(scope="module")
def upgraded(stored: Stored, template: Document) -> Iterator[Upgraded]:
    """The tests of a module share it, to save time: each of them changes users of its own."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        cloud = Cloud(template, patch)
        for table, items in stored.moved_to(int(time.time() * 1000) - LATER_MS).items():
            cloud.put(table, items)
        yield Upgraded(cloud, stored)
