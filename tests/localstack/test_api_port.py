"""The API of this project at the root of a port, under an id that is known beforehand."""

from collections.abc import Iterator

import pytest

from local_cloud.emulator import Emulator
from local_cloud.ports import HOST, free_ports
from tests.localstack.functions import deploy
from tests.localstack.listeners import listening_addresses
from tests.localstack.rest_apis import ECHO, create_api, get

NAME = "gurukool"


@pytest.fixture(scope="module")
def emulator(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One for these tests only: in the others' the application itself may have the name and the port."""
    with Emulator(free_ports(), tmp_path_factory.mktemp("api-port")) as emulator:
        assert create_api(emulator, deploy(emulator, ECHO), NAME, {}) == NAME
        yield emulator


@pytest.mark.parametrize("path", ["/", "/things/a%2Fb"])
def test_it_answers_at_the_root(emulator: Emulator, path: str) -> None:
    answer = get(emulator.ports.api, path)
    assert answer.status == 200
    assert answer.json()["path"] == f"/live{path}"


def test_it_answers_at_its_address_at_the_edge_too(emulator: Emulator) -> None:
    assert get(emulator.ports.edge, f"/_aws/execute-api/{NAME}/live/").status == 200


def test_a_page_that_it_served_may_call_it(emulator: Emulator) -> None:
    assert get(emulator.ports.api, "/", {"Origin": emulator.api_url}).status == 200


def test_paths_of_the_emulator_stay_its_own(emulator: Emulator) -> None:
    assert "services" in get(emulator.ports.api, "/_localstack/health").json()


def test_both_ports_can_be_reached_from_this_machine_only(emulator: Emulator) -> None:
    for port in (emulator.ports.api, emulator.ports.edge):
        assert listening_addresses(port) == {HOST}
