"""The local cloud is on this machine, so a proxy of the environment is not asked for it."""

import pytest

from infra.target import local_cloud
from local_cloud.emulator import Emulator
from local_cloud.traces import received


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers nobody."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_behind_a_proxy_the_local_cloud_is_called_directly(emulator: Emulator, proxy: None) -> None:
    for cloud in (emulator, local_cloud(emulator.edge_url)):
        assert cloud.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert received(emulator.edge_url, "0" * 32) == []
    assert emulator.is_healthy()
