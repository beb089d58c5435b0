"""Makes this checkout a release: writes its version, and closes the changelog's list of unreleased changes.

localstack/run -m infra.release 0.2.0
localstack/run -m infra.release 0.3.0.dev0   # begins the work on the next release: writes the version only

Nothing is committed or tagged. `make release` also updates what later releases are compared with
(CONTRIBUTING.md has the whole procedure).
"""

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from bootstrap.cache import CHECKOUT
from bootstrap.commands import run
from bootstrap.errors import SetupError
from infra.errors import DeployError

VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(\.dev0)?")
RELEASED = re.compile(r"^## \[(\d+)\.(\d+)\.(\d+)\] - ", re.MULTILINE)
UNRELEASED = "## [Unreleased]\n"
# Every place that has the version, and what stands around it there.
PLACES = {
    "pyproject.toml": re.compile(r'^(version = ")[^"]*', re.MULTILINE),
    "chalicelib/version.py": re.compile(r'^(VERSION = ")[^"]*', re.MULTILINE),
}

type Number = tuple[int, int, int]


def release(checkout: Path, version: str, today: date) -> None:
    """Writes the version, and for a release the changelog. Raises DeployError before it writes anything."""
    parsed = VERSION.fullmatch(version)
    if not parsed:
        raise DeployError(f"{version!r} is not a version such as 0.2.0 or 0.2.0.dev0.")
    number, changelog = _number(parsed), checkout / "CHANGELOG.md"
    text = changelog.read_text()
    last = next((_number(found) for found in RELEASED.finditer(text)), None)
    _require_next(number, last)
    if parsed[4] is None:
        _require_clean(checkout)
        _require_upgrading(checkout, number, last)
        changelog.write_text(_closed(text, version, today))
    for name, place in PLACES.items():
        path = checkout / name
        path.write_text(place.sub(rf"\g<1>{version}", path.read_text(), count=1))


def _number(found: re.Match[str]) -> Number:
    major, minor, patch = (int(part) for part in found.groups()[:3])
    return major, minor, patch


def _require_next(number: Number, last: Number | None) -> None:
    """One of the three versions that may follow: no number is left out, and none is used twice."""
    if last is None:
        return
    major, minor, patch = last
    following = ((major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0))
    if number not in following:
        choices = ", ".join(_text(choice) for choice in following)
        raise DeployError(f"The last release is {_text(last)}, so the next one is one of {choices}.")


def _require_clean(checkout: Path) -> None:
    if run("git", "status", "--porcelain", cwd=checkout).strip():
        raise DeployError("There are changes that are not committed: a release is one commit of its own.")


def _require_upgrading(checkout: Path, number: Number, last: Number | None) -> None:
    """A patch needs no steps; whoever changes to another release looks for its section."""
    if last is None or number[:2] == last[:2]:
        return
    heading = f"## To {_text(number)}"
    if f"\n{heading}\n" not in (checkout / "UPGRADING.md").read_text():
        raise DeployError(f"UPGRADING.md has no section {heading!r}: say there what an operator has to do.")


def _closed(changelog: str, version: str, today: date) -> str:
    """The changelog with the unreleased changes as those of the version. Raises DeployError without any."""
    before, heading, after = changelog.partition(UNRELEASED)
    if not heading or not re.match(r"\s*### ", after):
        raise DeployError(f"CHANGELOG.md lists no changes under {UNRELEASED.strip()!r}.")
    return f"{before}{UNRELEASED}\n## [{version}] - {today.isoformat()}\n{after}"


def _text(number: Number) -> str:
    return ".".join(map(str, number))


def main(arguments: list[str]) -> None:
    try:
        if len(arguments) != 1:
            raise DeployError("Say the version: make release VERSION=0.2.0")
        release(CHECKOUT, arguments[0], datetime.now(UTC).date())
    except SetupError as error:
        sys.exit(str(error))
    print(f"This checkout is version {arguments[0]}.")


if __name__ == "__main__":
    main(sys.argv[1:])
