"""Quick calls over TLS: only to who can prove its name, as botocore demands it."""

from pathlib import Path

import pytest
from botocore.exceptions import SSLError

from tests.unit.canned_server import answer, serving
from tests.unit.certificates import Certificates
from tests.unit.test_quick_calls import KEY, client

ITEM = b'{"Item":{"seq":{"N":"7"}}}'


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.mark.parametrize("quick", [False, True])
def test_a_trusted_service_is_called(quick: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = Certificates(tmp_path).server("127.0.0.1")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "127.0.0.1.pem"))
    with serving(answer(ITEM), tls=tls) as server:
        caller = client("dynamodb", server.url, quick=quick)
        for _ in range(2):
            assert caller.get_item(**KEY)["Item"] == {"seq": {"N": "7"}}
        caller.close()
        assert server.connections == 1


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", ["127.0.0.1", "other.test"])
def test_a_stranger_is_not_called(
    quick: bool, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = Certificates(tmp_path)
    tls = certificates.server(name)
    if name != "127.0.0.1":  # trusted, but for another name
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / f"{name}.pem"))
    with serving(answer(ITEM), tls=tls) as server, pytest.raises(SSLError):
        client("dynamodb", server.url, quick=quick).get_item(**KEY)
    assert server.requests == []
