"""Web pages of other places reach nothing of the local cloud."""

import http.client
from collections.abc import Mapping

import pytest

from gurukool_localstack.origins import is_acceptable, is_of_this_machine, may_call
from local_cloud.emulator import Emulator

FAULTS = "/_gurukool/faults?service=nothing&seconds="
REBOUND = {"Host": "rebound.example"}
FOREIGN = [
    REBOUND,
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
]


def status(port: int, path: str, headers: Mapping[str, str], method: str = "GET") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, headers=dict(headers))
    found = connection.getresponse().status
    connection.close()
    return found


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/_localstack/health", "/?Action=ListQueues", "/some-bucket"])
def test_a_page_of_another_place_cannot_call_a_service(
    emulator: Emulator, path: str, headers: dict[str, str]
) -> None:
    assert status(emulator.ports.edge, path, headers) == 403


@pytest.mark.parametrize("headers", FOREIGN)
def test_nor_what_the_emulator_itself_answers_at_the_port_of_the_api(
    emulator: Emulator, headers: dict[str, str]
) -> None:
    assert status(emulator.ports.api, "/_localstack/health", headers) == 403


def test_the_api_looks_at_origins_itself_but_has_no_other_names(emulator: Emulator) -> None:
    """There is no API here: the emulator's own 404 shows that a call got through."""
    assert status(emulator.ports.api, "/", REBOUND) == 403
    for headers in ({}, {"Origin": "https://app.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert status(emulator.ports.api, "/", headers) != 403


def test_a_name_that_was_pointed_at_this_machine_reaches_no_table(emulator: Emulator) -> None:
    scan = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    assert status(emulator.ports.dynamodb, "/", scan | REBOUND, "POST") == 404
    port = emulator.ports.dynamodb
    for host in (f"localhost:{port}", f"127.0.0.1:{port}"):
        assert status(port, "/", scan | {"Host": host}, "POST") == 400  # it misses a signature


@pytest.mark.parametrize(
    ("headers", "seconds", "expected"),
    [
        ({}, "0", 404),
        ({"X-Gurukool-Faults": "yes"}, "0", 204),
        ({"X-Gurukool-Faults": "yes"}, "601", 400),
        ({"X-Gurukool-Faults": "yes"}, "nan", 400),
        ({"X-Gurukool-Faults": "yes"}, "long", 400),
        ({"X-Gurukool-Faults": "yes", "Origin": "https://evil.example"}, "0", 403),
    ],
)
def test_a_fault_is_asked_for_by_a_program_and_for_minutes(
    emulator: Emulator, headers: dict[str, str], seconds: str, expected: int
) -> None:
    assert status(emulator.ports.edge, FAULTS + seconds, headers, "POST") == expected


def test_no_fault_is_asked_for_at_the_port_of_the_api(emulator: Emulator) -> None:
    assert status(emulator.ports.api, f"{FAULTS}0", {"X-Gurukool-Faults": "yes"}, "POST") == 404


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost:3000", True),
        ("127.0.0.1", True),
        ("[::1]:4566", True),
        ("LOCALHOST", True),
        ("gurukool.execute-api.localhost.localstack.cloud:4566", True),
        ("gurukool.execute-api.127.0.0.1:4566", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("notlocalhost", False),
        ("127.0.0.1.evil.example:4566", False),
        ("[", False),
        ("", False),
    ],
)
def test_only_names_that_nobody_else_can_have_mean_this_machine(host: str, own: bool) -> None:
    assert is_of_this_machine(host) is own
    assert may_call({"Host": "localhost", "Origin": f"http://{host}"}) is own


@pytest.mark.parametrize(
    ("host", "acceptable"),
    [
        ("localhost:3000", True),
        ("[::1]:4566", True),
        ("gurukool.execute-api.127.0.0.1:4566", True),
        ("gurukool", True),  # a name without a dot is no stranger's
        ("", True),  # no browser leaves it out
        ("evil.example", False),
        ("evil.example.", False),
        ("127.0.0.1.evil.example:4566", False),
        ("[", False),
    ],
)
def test_a_name_that_a_stranger_can_point_here_is_refused(host: str, acceptable: bool) -> None:
    assert is_acceptable(host) is acceptable
    assert may_call({"Host": host}) is acceptable
