"""A collector of traces that does not answer costs an invocation two seconds, and the next ones nothing."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest

from chalicelib.adapters.runtime import otlp
from tests.unit.canned_server import answer, serving


@pytest.fixture
def silent_collector() -> Iterator[socket.socket]:
    """It takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def taken(listener: socket.socket) -> int:
    """How many connections there were since the last time."""
    found = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            found += 1
    return found


def test_a_collector_that_does_not_answer_is_left_alone_for_a_while(
    silent_collector: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(otlp, "SECONDS", 0.05)
    export = otlp.exporter(f"http://127.0.0.1:{silent_collector.getsockname()[1]}")

    export("service", [])
    assert taken(silent_collector) == 1
    export("service", [])
    assert taken(silent_collector) == 0
    assert [record.message for record in caplog.records] == ["traces not sent"]


def test_a_collector_that_answers_in_drops_has_its_time_only_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(otlp, "SECONDS", 0.2)

    def drip(listener: socket.socket) -> None:
        connection = listener.accept()[0]
        with suppress(OSError), connection:
            for byte in b"HTTP/1.1 200 OK\r\n\r\n":
                connection.sendall(bytes([byte]))
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as thread:
        thread.submit(drip, listener)
        otlp.exporter(f"http://127.0.0.1:{listener.getsockname()[1]}")("service", [])

    assert [record.message for record in caplog.records] == ["traces not sent"]


def test_it_is_tried_again_after_that(
    silent_collector: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(otlp, "SECONDS", 0.05)
    monkeypatch.setattr(otlp, "REST_S", 0)
    export = otlp.exporter(f"http://127.0.0.1:{silent_collector.getsockname()[1]}")

    for _ in range(2):
        export("service", [])

    assert taken(silent_collector) == 2
    assert len(caplog.records) == 2


def test_a_collector_that_refuses_is_sent_the_next_ones(caplog: pytest.LogCaptureFixture) -> None:
    with serving(answer(b"", "503 Service Unavailable"), answer(b"{}")) as server:
        export = otlp.exporter(server.url)
        for _ in range(2):
            export("service", [])

    assert len(server.requests) == 2
    assert [record.message for record in caplog.records] == ["traces not taken"]


def test_all_addresses_of_a_collector_have_its_time_together(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waits = SimpleNamespace(monotonic=iter([0.0, 0.0, 1.0]).__next__), list[float]()

    def connect(_: object, timeout: float) -> socket.socket:
        waits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(otlp, "time", clock)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(TimeoutError):
        otlp._connected([("192.0.2.1", 4318), ("192.0.2.2", 4318), ("192.0.2.3", 4318)], 3.0)

    assert waits == [1.0, 1.5, 2.0]
