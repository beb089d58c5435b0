"""What the parts are made from, and the programs of the machine that the set-up uses."""

import os
import shutil
import tarfile
import threading
from base64 import b64encode
from hashlib import sha512
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bootstrap import debian, environments, homes, npm, uv
from bootstrap.environments import Environment
from bootstrap.errors import SetupError

APT_GET = """
echo "apt-get $*" >>calls
case "$*" in
    update*) rmdir locked 2>/dev/null || exit 0; echo "E: Could not get lock /lists" >&2; exit 100 ;;
    *) test -e configured ;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose programs come before the machine's."""
    found = tmp_path / "bin"
    found.mkdir()
    monkeypatch.setenv("PATH", f"{found}{os.pathsep}{os.environ['PATH']}")
    return found


def program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_a_part_that_would_be_built_otherwise_is_another_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("one==1\n")
    first = Environment("tools", requirements).path
    monkeypatch.setattr(environments, "RECIPE", b"another way to build it")
    assert Environment("tools", requirements).path != first
    requirements.write_text("one==2\n")
    assert len({first, Environment("tools", requirements).path}) == 2


def test_a_package_of_npm_with_another_hash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npm, "run", lambda *_, cwd: (cwd / "axe-core.tgz").write_bytes(b"another"))
    with pytest.raises(SetupError, match=r"axe-core@1 has changed: its SHA-512 is .+ Do not use it"):
        npm.unpack("axe-core@1", "the hash that is pinned", tmp_path)
    assert not (tmp_path / "package").exists()


def test_a_package_of_npm_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed, target = tmp_path / "axe-core.tgz", tmp_path / "target"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(__file__, "package/axe.min.js")
    target.mkdir()
    monkeypatch.setattr(npm, "run", lambda *_, cwd: shutil.copy(packed, cwd))

    npm.unpack("axe-core@1", b64encode(sha512(packed.read_bytes()).digest()).decode(), target)

    assert (target / "package" / "axe.min.js").read_bytes() == Path(__file__).read_bytes()
    assert [path.name for path in target.iterdir()] == ["package"]


class Refusing(BaseHTTPRequestHandler):
    """A registry, or the proxy before it, that wants a password."""

    def do_GET(self) -> None:
        self.send_response(407)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_npm_says_why_it_could_not_fetch_a_package(tmp_path: Path) -> None:
    options = ("--fetch-retries=0", "--noproxy=127.0.0.1")  # whatever proxy this machine needs
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as registry:
        threading.Thread(target=registry.serve_forever).start()
        try:
            url = f"http://127.0.0.1:{registry.server_port}"
            with pytest.raises(SetupError) as failure:
                npm.run("pack", "axe-core@1", "--registry", url, *options, cwd=tmp_path)
        finally:
            registry.shutdown()
    assert "failed with exit status 1:\n" in str(failure.value)
    assert "E407" in str(failure.value)


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("error: No interpreter found for Python 3.13 in managed installations or search path", True),
        ("error: Failed to download `https://example/cpython-3.13.tar.gz`\n  cause: dns error", True),
        ("error: Failed to initialize cache at `/.cache/uv`\n  cause: Read-only file system", False),
    ],
)
def test_python_is_asked_for_only_if_uv_has_found_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, is_told: bool
) -> None:
    def fail(*_: object) -> None:
        raise SetupError(said)

    (tmp_path / "requirements.txt").touch()
    monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(uv, "run", fail)
    with pytest.raises(SetupError) as failure:
        Environment("tools", tmp_path / "requirements.txt").install()
    assert str(failure.value).endswith(said)
    assert ("found none, and could not fetch one" in str(failure.value)) is is_told


class TestHomes:
    """Where uv and npm keep their own files."""

    @pytest.fixture(autouse=True)
    def nothing_is_set(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path / "ours"))
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("npm_config_cache", raising=False)

    def test_they_stay_where_they_always_are(self) -> None:
        assert (homes.of_uv(), homes.of_npm()) == ({}, {})

    def test_without_a_home_that_can_be_written_they_are_in_our_cache(self, tmp_path: Path) -> None:
        (tmp_path / "home").touch()  # no directory can be made in it, not even by root
        assert homes.of_uv() == {
            "UV_CACHE_DIR": f"{tmp_path}/ours/uv-cache",
            "UV_PYTHON_INSTALL_DIR": f"{tmp_path}/ours/uv-python",
        }
        assert homes.of_npm() == {"npm_config_cache": f"{tmp_path}/ours/npm-cache"}

    def test_interpreters_that_uv_has_are_used_where_they_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "home" / ".local" / "share" / "uv" / "python" / "cpython-3.13").mkdir(parents=True)
        monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
        assert homes.of_uv() == {"UV_CACHE_DIR": f"{tmp_path}/ours/uv-cache"}

    def test_what_the_user_has_chosen_is_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "home").touch()
        monkeypatch.setenv("UV_CACHE_DIR", "/elsewhere")
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        monkeypatch.setenv("npm_config_cache", "/elsewhere")
        assert (homes.of_uv(), homes.of_npm()) == ({}, {})

    def test_the_set_up_runs_uv_with_them(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "home").touch()
        program(tmp_path / "uv", 'echo "$UV_CACHE_DIR $UV_SYSTEM_CERTS"')
        monkeypatch.setattr(uv, "ensure", lambda: tmp_path / "uv")
        assert uv.run() == f"{tmp_path}/ours/uv-cache 1\n"


def test_packages_wait_for_other_installers_and_repair_one_that_was_interrupted(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "POLL_SECONDS", 0)
    (tmp_path / "locked").mkdir()
    program(programs / "apt-get", APT_GET)
    program(programs / "dpkg", 'echo "dpkg $*" >>calls; touch configured')

    debian.install("chromium", otherwise="")

    install = "apt-get install -q -y --no-install-recommends chromium"
    update = "apt-get update -q"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [update, update, install, "dpkg --configure -a", install]


def test_nobody_but_root_is_to_install_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="Install it yourself"):
        debian.install("chromium", otherwise="Install it yourself.")
