"""`make release`: what it writes, and what it refuses before it writes anything."""

import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

from bootstrap.cache import CHECKOUT
from chalicelib.version import VERSION
from infra.errors import DeployError
from infra.release import PLACES, release

TODAY = date(2030, 1, 31)
CHANGELOG = """# Changes

## [Unreleased]

### Added

- Something.

## [1.2.3] - 2029-12-31

### Fixed

- Something else.
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project whose last release is 1.2.3, with one change since."""
    for name in PLACES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((CHECKOUT / name).read_text())
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "UPGRADING.md").write_text("# Upgrading\n\n## To 1.3.0\n\n1. Do this.\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=n", "-c", "user.email=e@e", "commit", "--quiet", "--message", "First")
    return tmp_path


def git(checkout: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=checkout, check=True, capture_output=True)


def versions(checkout: Path) -> set[str]:
    """What the places of the version say."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["version"]
    shipped = (checkout / "chalicelib" / "version.py").read_text().rpartition("VERSION = ")[2].strip(' "\n')
    return {project, shipped}


def test_the_version_is_the_same_in_all_places() -> None:
    assert versions(CHECKOUT) == {VERSION}


@pytest.mark.parametrize("version", ["1.2.4", "1.3.0"])
def test_a_release_has_its_version_everywhere_and_its_changes_under_it(checkout: Path, version: str) -> None:
    release(checkout, version, TODAY)

    assert versions(checkout) == {version}
    added = f"## [Unreleased]\n\n## [{version}] - 2030-01-31\n\n### Added\n\n- Something.\n\n## [1.2.3]"
    assert added in (checkout / "CHANGELOG.md").read_text()


def test_the_work_on_the_next_release_begins_with_its_version_and_no_entry(checkout: Path) -> None:
    release(checkout, "1.3.0.dev0", TODAY)

    assert versions(checkout) == {"1.3.0.dev0"}
    assert (checkout / "CHANGELOG.md").read_text() == CHANGELOG


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.3", "not a version"),
        ("v1.3.0", "not a version"),
        ("1.2.3", "one of 1.2.4, 1.3.0, 2.0.0"),
        ("1.2.5", "one of 1.2.4, 1.3.0, 2.0.0"),
        ("2.0.0", "UPGRADING.md has no section '## To 2.0.0'"),
    ],
)
def test_a_version_that_cannot_follow_is_refused(checkout: Path, version: str, why: str) -> None:
    refused(checkout, version, why)


def test_changes_that_are_not_committed_are_refused(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text(CHANGELOG.replace("Something.", "Nothing."))

    refused(checkout, "1.3.0", "not committed")


def test_a_release_without_changes_is_refused(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text(CHANGELOG.replace("### Added\n\n- Something.\n\n", ""))
    git(
        checkout,
        "-c",
        "user.name=n",
        "-c",
        "user.email=e@e",
        "commit",
        "--quiet",
        "--all",
        "--message",
        "Second",
    )

    refused(checkout, "1.3.0", "lists no changes")


def refused(checkout: Path, version: str, why: str) -> None:
    before = {path: path.read_bytes() for path in checkout.rglob("*.*") if ".git" not in path.parts}

    with pytest.raises(DeployError, match=why):
        release(checkout, version, TODAY)

    assert {path: path.read_bytes() for path in before} == before
