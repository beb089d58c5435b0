"""Starts a Grafana that shows a stack on AWS. `make grafana` does it for the local cloud, too.

localstack/run -m infra.grafana.start --stack NAME [--region REGION] [--port PORT]
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from infra.errors import DeployError, ending_in_a_sentence
from infra.grafana import program
from infra.grafana.environment import USER, place, settings
from infra.grafana.provisioning import write
from infra.grafana.queries import SOURCE, Place
from infra.stack import Stack
from infra.target import Target, run_on_aws

PORT = 3030


def main(arguments: list[str]) -> None:
    run_on_aws(arguments, options(), run)


def options() -> argparse.ArgumentParser:
    """A parser of what is the same whatever the target is."""
    parser = argparse.ArgumentParser(description="Start a Grafana that shows a stack, until Ctrl-C.")
    parser.add_argument("--port", type=int, default=PORT, help=f"port on the loopback address ({PORT})")
    return parser


def run(find_target: Callable[[], Target], given: argparse.Namespace) -> None:
    """Runs it until Ctrl-C. Ends the program with a sentence if that is impossible."""
    with ending_in_a_sentence():
        found = program.find()
        target = find_target()
        stack = Stack(target.client("cloudformation"), target.stack, print, lambda: None)
        if not stack.outputs():
            raise DeployError(f"There is no stack {target.stack}. Locally, `make up` starts it.")
        with tempfile.TemporaryDirectory(prefix="gurukool-grafana-") as directory:
            sys.exit(_serve(found, target, stack.parameters(), Path(directory), given.port))


def _serve(
    found: program.Program, target: Target, parameters: Mapping[str, str], directory: Path, port: int
) -> int:
    """Its exit status."""
    directory.chmod(0o755)  # a container's user reads it, too; nothing in it is secret
    write(directory / "files", Place(target.stack, "default", SOURCE), parameters)
    password = secrets.token_urlsafe(12)
    own = {**settings(found.files(directory), port, password), **place(target)}
    if isinstance(found, program.Installed):
        own |= {f"GF_PATHS_{name.upper()}": str(directory / name) for name in ("data", "logs", "plugins")}
    print(f"{target.stack} in {target.endpoint or target.region}: http://localhost:{port}, by {found.name}")
    print(f"Sign in as {USER} with the password {password}. Ctrl-C ends it.", flush=True)
    command = found.command(directory, own)
    with suppress(KeyboardInterrupt):
        return subprocess.run(command, env={**os.environ, **own}, check=False).returncode
    return 0


if __name__ == "__main__":
    main(sys.argv[1:])
