"""Runs the provider of provider.mjs, in a process of its own."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import urllib3

from bootstrap import npm
from bootstrap.cache import Entry

HERE = Path(__file__).parent
LOCKED = ("package.json", "package-lock.json")
PROGRAM = "provider.mjs"
GRANT = "urn:tests:account"
AUDIENCE = "https://gurukool.example/api"


class Provider:
    """What it is told, it has done when the method returns."""

    def __init__(self) -> None:
        """Raises SetupError if it cannot be installed."""
        installed = Entry("oidc-provider", *((HERE / name).read_bytes() for name in (*LOCKED, PROGRAM)))
        installed.ensure(_install)
        self._process = subprocess.Popen(
            [npm.node(), PROGRAM],
            cwd=installed.path,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.issuer: str = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def access_token(self, account: str, algorithm: str = "RS256", **asked: str) -> str:
        """`asked`: its audience; seconds until it expires."""
        return str(self._tokens(account, algorithm, asked)["access_token"])

    def id_token(self, account: str, algorithm: str = "RS256") -> str:
        """For the client of that algorithm, which is its audience."""
        return str(self._tokens(account, algorithm, {})["id_token"])

    def rotate(self) -> None:
        """New keys, and none of the earlier ones."""
        self._tell("rotate")

    def answered(self) -> int:
        """How many calls it has answered since it began."""
        return int(self._tell("count"))

    def stop(self) -> None:
        """From now on nothing listens at its address."""
        self._tell("stop")

    def start(self) -> None:
        """As it was before it stopped."""
        self._tell("start")

    def _tokens(self, account: str, algorithm: str, asked: dict[str, str]) -> Any:
        form = urlencode({"grant_type": GRANT, "account": account, **asked})
        headers = urllib3.make_headers(basic_auth=f"{algorithm}:secret")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = urllib3.request("POST", f"{self.issuer}/token", body=form, headers=headers)
        assert answer.status == 200, answer.data
        return answer.json()

    def _tell(self, command: str) -> Any:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def _install(directory: Path) -> None:
    for name in (*LOCKED, PROGRAM):
        shutil.copy(HERE / name, directory / name)
    npm.run("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=directory)
