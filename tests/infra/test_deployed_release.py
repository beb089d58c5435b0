"""What a deployment says of the releases, and which one may follow which."""

import pytest

from chalicelib.adapters.dynamodb.format import NEWEST
from chalicelib.version import VERSION
from infra.deployed_release import check, outputs
from infra.errors import DeployError
from tests.infra.documents import Document


@pytest.mark.parametrize(
    ("deployed", "before"),
    [
        ({}, "no release"),
        ({"ApiUrl": "https://api"}, "0.1.0"),  # which did not say
        ({"Release": "0.1.1", "StoredFormat": "1"}, "0.1.1"),
        ({"Release": VERSION, "StoredFormat": str(NEWEST)}, VERSION),
    ],
)
def test_the_release_is_told_and_that_which_it_replaces(deployed: dict[str, str], before: str) -> None:
    told: list[str] = []
    check(deployed, told.append)

    assert told == [f"release {VERSION} (deployed: {before})"]


def test_a_release_that_cannot_read_what_is_stored_is_refused() -> None:
    newer = {"Release": "9.0.0", "StoredFormat": str(NEWEST + 1)}

    with pytest.raises(DeployError, match=r"deploy release 9\.0\.0 or a later one"):
        check(newer, print)


def test_a_stack_says_for_the_next_deployment_what_it_is(template: Document) -> None:
    assert template["Outputs"].items() >= outputs().items()
    assert {name: output["Value"] for name, output in outputs().items()} == {
        "Release": VERSION,
        "StoredFormat": str(NEWEST),
    }
