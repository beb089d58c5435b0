"""What the parts are made from, and the programs of the machine that the set-up uses."""

import os
import shutil
import tarfile
from base64 import b64encode
from hashlib import sha512
from pathlib import Path

import pytest

from bootstrap import debian, environments, npm
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
