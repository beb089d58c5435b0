"""Zip files for Lambda: what may be executed, may be executed there."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from infra import application, archive
from infra.apps import folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a program and a text."""
    directory = tmp_path / "source"
    directory.mkdir()
    for name, mode in (("program", 0o755), ("text", 0o644)):
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(mode)
    return directory


def modes(zipped: Path) -> dict[str, int]:
    return {each.filename: each.external_attr >> 16 for each in zipfile.ZipFile(zipped).infolist()}


def test_a_program_stays_executable(source: Path, tmp_path: Path) -> None:
    archive.write_zip(source, tmp_path / "zipped.zip")
    archive.unpack(tmp_path / "zipped.zip", tmp_path / "unpacked")

    assert modes(tmp_path / "zipped.zip") == {"program": 0o100755, "text": 0o100644}
    assert [os.access(tmp_path / "unpacked" / name, os.X_OK) for name in ("program", "text")] == [True, False]


def test_the_umask_of_whoever_packages_makes_no_difference(source: Path, tmp_path: Path) -> None:
    archive.write_zip(source, tmp_path / "one.zip")
    (source / "program").chmod(0o700)
    (source / "text").chmod(0o600)
    archive.write_zip(source, tmp_path / "other.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_another_mode_is_another_application(tmp_path: Path) -> None:
    """The cache must not give the zip file of before."""
    (tmp_path / "handlers").mkdir()
    program = tmp_path / "handlers/program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o644)
    before = application.build(folder.read(tmp_path))

    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    after = application.build(folder.read(tmp_path))

    shipped = [modes(each / application.ARCHIVE)["handlers/program"] for each in (before, after)]
    assert shipped == [0o100644, 0o100755]


def test_modules_ship_whatever_their_folder_is_called(tmp_path: Path) -> None:
    names = ["memory/__init__.py", "memory/recall.py", "testing/probe.py", "greet.py"]
    for name in [*names, ".hidden.py", ".checkpoints/greet.py", "__pycache__/greet.pyc"]:
        (tmp_path / "handlers" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "handlers" / name).write_text("")

    shipped = modes(application.build(folder.read(tmp_path)) / application.ARCHIVE)

    found = {name for name in shipped if name.startswith("handlers/") and name.endswith(".py")}
    assert found == {f"handlers/{name}" for name in names}
