import os
import socket

import psutil
import pytest

from local_cloud.errors import LocalCloudError
from local_cloud.ports import HOST, holder, is_free
from tests import free_ports as free_ports_of
from tests.free_ports import free_ports


def test_free_ports_are_three_and_free() -> None:
    ports = free_ports()
    assert len({ports.api, ports.edge, ports.dynamodb}) == 3
    ports.require_free()


def test_no_two_calls_get_the_same_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even before anybody listens there, nor in another process, which knows only what is bound."""
    monkeypatch.setattr(free_ports_of, "FIRST_PORTS", free_ports_of.FIRST_PORTS[:20])
    drawn = [free_ports() for _ in range(5)]
    assert len({ports.api for ports in drawn}) == 5


@pytest.mark.parametrize(
    ("taken", "advice"),
    [("api", "PORT="), ("edge", "AWS_ENDPOINT_URL=http://127.0.0.1:"), ("dynamodb", "DYNAMODB_LOCAL_PORT=")],
)
def test_a_port_in_use_is_refused_with_its_holder_and_how_to_choose_another(taken: str, advice: str) -> None:
    ports = free_ports()
    port = getattr(ports, taken)
    with socket.create_server((HOST, port)), pytest.raises(LocalCloudError) as refused:
        ports.require_free()
    assert f"Port {port} is in use by process {os.getpid()} (" in str(refused.value)
    assert f"choose otherwise: `{advice}" in str(refused.value)


def test_a_port_in_use_under_the_other_address_of_localhost_is_refused() -> None:
    """A browser would get that program for http://localhost:PORT."""
    ports = free_ports()
    try:
        other = socket.create_server(("::1", ports.api), family=socket.AF_INET6)
    except OSError:
        pytest.skip("This machine has no IPv6.")
    with (
        other,
        pytest.raises(LocalCloudError, match=f"Port {ports.api} is in use by process {os.getpid()} "),
    ):
        ports.require_free()


def test_the_holder_of_a_port_is_found_where_only_root_may_ask_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_kind: str) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refuse)
    with socket.create_server((HOST, 0)) as server:
        found = holder(server.getsockname()[1])
    assert found
    assert found.pid == os.getpid()


def test_all_ports_in_use_are_named_at_once() -> None:
    ports = free_ports()
    with (
        socket.create_server((HOST, ports.api)),
        socket.create_server((HOST, ports.edge)),
        pytest.raises(LocalCloudError) as refused,
    ):
        ports.require_free()
    for port in (ports.api, ports.edge):
        assert f"Port {port} is in use" in str(refused.value)
    assert f"`PORT={ports.api + 1} AWS_ENDPOINT_URL=http://127.0.0.1:{ports.edge + 10} make up`" in str(
        refused.value
    )


def test_a_port_is_free_again_as_soon_as_its_server_is_closed() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        with socket.create_connection((HOST, port)), server.accept()[0]:
            pass
    assert is_free(port)
