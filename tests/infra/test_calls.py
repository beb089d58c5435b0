"""Where the paths of a command line begin."""

import argparse
from pathlib import Path

import pytest

from infra import operate, package
from infra.target import add_target


@pytest.fixture(autouse=True)
def _(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As localstack/run says it, which then goes to the checkout."""
    monkeypatch.setenv("GURUKOOL_CALLED_FROM", str(tmp_path))


def on_aws() -> argparse.ArgumentParser:
    parser = operate.options()
    add_target(parser)
    return parser


@pytest.mark.parametrize("command", [["export", "ada"], ["audit-export"]])
def test_a_file_is_written_where_the_person_stands(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "further").mkdir()
    for given, meant in (("mine", "mine"), ("further/../mine", "mine"), ("further/mine", "further/mine")):
        assert on_aws().parse_args(["--stack", "shop", *command, given]).file == tmp_path / meant


def test_a_file_without_a_folder_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        on_aws().parse_args(["--stack", "shop", "export", "ada", "nowhere/ada.tar.gz"])

    assert f"there is no folder {tmp_path / 'nowhere'}" in capsys.readouterr().err


def test_a_package_is_made_where_the_person_stands(tmp_path: Path) -> None:
    given = package.options().parse_args(["packaged", "--app", "shop"])

    assert (given.directory, given.app) == (tmp_path / "packaged", tmp_path / "shop")
