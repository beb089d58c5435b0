"""The archive of DynamoDB Local's classes is there as a whole or not at all."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from gurukool_localstack import class_cache

MADE_FROM = ["java 21", "DynamoDBLocal.jar 1"]


def fill(directory: Path) -> None:
    (directory / "classes.jsa").touch()


def refuse(_directory: Path) -> None:
    pytest.fail("It is there already.")


def test_it_is_made_once_for_what_it_is_made_from(tmp_path: Path) -> None:
    first = class_cache.ensure(tmp_path / "cache", MADE_FROM, fill)
    assert first is not None
    assert (first / "classes.jsa").exists()
    assert class_cache.ensure(tmp_path / "cache", MADE_FROM, refuse) == first
    assert class_cache.ensure(tmp_path / "cache", ["java 22", MADE_FROM[1]], fill) not in (first, None)


def test_what_was_half_made_is_made_again(tmp_path: Path) -> None:
    def begin(directory: Path) -> None:
        (directory / "classes.jsa").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        class_cache.ensure(tmp_path, MADE_FROM, begin)
    made = class_cache.ensure(tmp_path, MADE_FROM, fill)

    assert made is not None
    assert (made / "classes.jsa").read_text() == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (subprocess.CalledProcessError(1, ["java"], stderr="Unrecognized option"), "Unrecognized option"),
        (zipfile.BadZipFile("File is not a zip file"), "File is not a zip file"),
    ],
)
def test_if_it_cannot_be_made_the_reason_is_said_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: Exception, reason: str
) -> None:
    def fail(directory: Path) -> None:
        fill(directory)
        raise error

    assert class_cache.ensure(tmp_path, MADE_FROM, fail) is None
    assert reason in capsys.readouterr().out
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_the_reason_has_paths_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_directory: Path) -> None:
        raise OSError(2, "No such file", "../some..where")

    assert class_cache.ensure(tmp_path, MADE_FROM, fail) is None
    assert "'../some..where'. DynamoDB Local starts without" in capsys.readouterr().out
