"""Which requests at the port of a function's process count as that process's."""

import contextlib
import http.client
from collections.abc import Iterator, Mapping

import pytest

from gurukool_localstack.functions.runtime_api import Invocation, Ready, Returned, RuntimeApi

PREFIX = "/2018-06-01/runtime"
INVOCATION = Invocation("id", "arn", "trace", 0, b"{}", None)


class Process:
    """Calls as a process does, and sees what the API tells about it."""

    def __init__(self) -> None:
        self.seen: list[Ready | Returned] = []
        self.api = RuntimeApi(lambda: self.seen.append(Ready()), self.seen.append)

    def get_next(self, headers: Mapping[str, str] | None = None) -> int:
        return self._call("GET", "/invocation/next", headers)

    def post(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        return self._call("POST", path, headers)

    def _call(self, method: str, path: str, headers: Mapping[str, str] | None) -> int:
        with contextlib.closing(http.client.HTTPConnection(self.api.address)) as connection:
            connection.request(method, f"{PREFIX}{path}", b"1" if method == "POST" else None, headers or {})
            answer = connection.getresponse()
            answer.read()
            return answer.status


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process()
    process.api.deliver(INVOCATION)
    yield process
    process.api.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://shop.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example:1"},
    ],
)
def test_a_web_page_gets_no_invocation_and_answers_none(process: Process, headers: dict[str, str]) -> None:
    assert process.get_next(headers) == 403
    assert process.get_next() == 200
    assert process.post("/invocation/id/response", headers) == 403
    assert process.seen == [Ready()]


def test_a_result_belongs_to_the_invocation_that_the_process_has(process: Process) -> None:
    assert process.post("/invocation/id/response") == 400, "it has none yet"
    assert process.get_next() == 200
    assert process.post("/invocation/other/response") == 400
    assert process.post("/init/error") == 400
    assert process.post("/invocation/id/error") == 202
    assert process.post("/invocation/id/response") == 400, "it has returned one"
    assert process.seen == [Ready(), Returned(b"1", failed=True)]


def test_a_process_that_cannot_start_says_so_once(process: Process) -> None:
    assert process.post("/init/error") == 202
    assert process.post("/init/error") == 400
    assert process.seen == [Returned(b"1", failed=True)]
