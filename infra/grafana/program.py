"""The Grafana of this machine: a program on the PATH, or Docker's."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra.errors import DeployError

IMAGE = "grafana/grafana:13.2.3"
INSIDE = Path("/gurukool")  # where a container has the files
# Where packages put what belongs to the program, from the folder above that of the program on.
HOMES = (".", "share/grafana", "../usr/share/grafana")
NONE_FOUND = (
    "No Grafana was found: there is no program grafana or grafana-server on the PATH, and {docker}. Install "
    "Grafana 12 or newer (https://grafana.com/docs/grafana/latest/setup-grafana/installation/) or start "
    "Docker, and run `make grafana` again. docs/grafana.md says how a Grafana elsewhere gets the files."
)
NO_DOCKER, SILENT_DOCKER = "no Docker either", "Docker does not answer"


class Program(Protocol):
    """How Grafana is started."""

    @property
    def name(self) -> str:
        """The file that is run."""

    def files(self, directory: Path) -> Path:
        """Where it sees what is in the directory."""

    def command(self, directory: Path, environment: Mapping[str, str]) -> list[str]:
        """What is run, with these variables in the environment."""


@dataclass(frozen=True)
class Installed:
    """A program of this machine."""

    name: str
    home: Path  # with its conf/defaults.ini

    def files(self, directory: Path) -> Path:
        return directory

    def command(self, directory: Path, environment: Mapping[str, str]) -> list[str]:  # noqa: ARG002
        server = ["server"] if Path(self.name).name == "grafana" else []
        return [self.name, *server, "--homepath", str(self.home)]


@dataclass(frozen=True)
class Container:
    """An image in Docker. It shares the network of this machine, where it listens on the loopback address."""

    name: str  # the program docker
    image: str

    def files(self, directory: Path) -> Path:  # noqa: ARG002
        return INSIDE

    def command(self, directory: Path, environment: Mapping[str, str]) -> list[str]:
        """The values of variables are not in the command line, where everybody sees them."""
        variables = [option for name in sorted(environment) for option in ("--env", name)]
        mount = ["--volume", f"{directory}:{INSIDE}:ro"]
        return [self.name, "run", "--rm", "--network", "host", *mount, *variables, self.image]


def find(environment: Mapping[str, str] = os.environ) -> Program:
    """Raises DeployError, which says what is missing, if there is none."""
    path = environment.get("PATH")
    for name in ("grafana", "grafana-server"):
        if found := shutil.which(name, path=path):
            return Installed(found, _home(Path(found)))
    docker = shutil.which("docker", path=path)
    if docker and _answers(docker):
        return Container(docker, environment.get("GRAFANA_IMAGE") or IMAGE)
    raise DeployError(NONE_FOUND.format(docker=SILENT_DOCKER if docker else NO_DOCKER))


def _home(program: Path) -> Path:
    above = program.resolve().parents[1]
    for candidate in (above / home for home in HOMES):
        if (candidate / "conf" / "defaults.ini").exists():
            return candidate.resolve()
    looked = ", ".join(str((above / home).resolve()) for home in HOMES)
    raise DeployError(
        f"{program} has no conf/defaults.ini in {looked}: install Grafana with all of its files."
    )


def _answers(docker: str) -> bool:
    asked = [docker, "version", "--format", "{{.Server.Version}}"]
    try:
        return subprocess.run(asked, capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
