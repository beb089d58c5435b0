"""What the parts are made from, and the programs of the machine that the set-up uses."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from bootstrap import debian, parts
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


def changed(copy: Path, old: str, new: str) -> ModuleType:
    """`bootstrap.parts`, if somebody had changed it."""
    source = Path(parts.__file__).read_text()
    assert old in source
    copy.write_text(source.replace(old, new))
    spec = importlib.util.spec_from_file_location("changed_parts", copy)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("old", "new"), [('"--no-deps", ', ""), ('SHA512 = "', 'SHA512 = "x'), ('"site"', '"target"')]
)
def test_a_part_that_would_be_built_otherwise_is_another_part(tmp_path: Path, old: str, new: str) -> None:
    other = changed(tmp_path / "changed_parts.py", old, new)

    assert other.dynamodb().path != parts.dynamodb().path
    assert other.extension().path != parts.extension().path
    for name in ("tools", "localstack", "runtime"):
        assert getattr(other, name)().entry.path != getattr(parts, name)().entry.path


def test_an_npm_that_works_is_used(programs: Path) -> None:
    program(programs / "npm", "echo 11.0.0")
    assert parts.machines_npm() == str(programs / "npm")


@pytest.mark.parametrize("script", ["echo no version is set >&2; exit 126", "exec /no/such/node"])
def test_an_npm_that_fails_is_as_good_as_none(programs: Path, script: str) -> None:
    program(programs / "npm", script)
    assert parts.machines_npm() is None


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

    install = "apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends chromium"
    update = "apt-get update -q"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [update, update, install, "dpkg --configure -a", install]


def test_nobody_but_root_is_to_install_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="Install it yourself"):
        debian.install("chromium", otherwise="Install it yourself.")
