"""What is documented is what is enforced."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from local_cloud.api_client import Api
from tests.conftest import DeployedStack
from tests.security.conftest import Person, SignUp

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
LAST = ("logout", "deleteAccount", "endSession", "endOtherSessions", "changePassword")
# Of each operation, beyond those that cover its schema. If the variable is set, everybody calls all of them.
EXAMPLES = int(os.environ.get("GENERATED_EXAMPLES", "2"))
THOROUGH = "GENERATED_EXAMPLES" in os.environ
SEED = "1"  # the same calls each time: no change fails for a call that was never generated before
ADMINISTRATORS = "^/api/admin/"  # only they may call what is there: tests/security/test_authority.py
USERS = "^/api/users/"  # and only services what is here
OPEN = {"register", "login", "refresh", "useSignInLink", "health", "openapi"}
AS_ENQUEUE = ("enqueueBatch", "schedule")  # take the bodies of `enqueue`, and 600 calls that cover them again


@pytest.fixture(scope="session")
def document(api: Api) -> Any:
    return api.ask("GET", "/api/openapi.json")


def operations(document: Any) -> list[Any]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_document_says_where_it_was_asked_for(document: Any, stack: DeployedStack) -> None:
    assert document["servers"] == [{"url": stack.api_url}]


def test_only_a_few_operations_are_open_to_nobody(document: Any) -> None:
    assert {o["operationId"] for o in operations(document) if not o["security"]} == OPEN


def test_every_type_of_request_is_documented_with_its_payload(document: Any) -> None:
    variants = document["components"]["schemas"]["Order"]["discriminator"]["mapping"]

    assert {"echo", "sleep", "fail"} <= variants.keys()


def without_defaults(document: Any, tmp_path: Path) -> Path:
    """The document without what it says of any other status, so that each status must be a documented one."""
    for operation in operations(document):
        operation["responses"].pop("default")
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    return file


def generate(stack: DeployedStack, tmp_path: Path, token: str | None, *arguments: str) -> int:
    """Runs schemathesis with all its checks; every case must conform. Answers with how many there were."""
    with Api(stack.api_url) as api:
        document = without_defaults(api.ask("GET", "/api/openapi.json"), tmp_path)
    signed = ("-H", f"Authorization: Bearer {token}") if token else ()
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
        *("run", str(document), "--url", stack.api_url, "--max-examples", str(EXAMPLES)),
        *("--workers", "4"),
        *unless_thorough("--seed", SEED),
        *signed,
        *arguments,
    ]
    known = str(tmp_path.parent / "hypothesis")  # what it knows of Unicode, found out once for all runs
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "HYPOTHESIS_STORAGE_DIRECTORY": known,
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    return int(generated[1])


def excluding(names: Iterable[str]) -> list[str]:
    return [word for name in names for word in ("--exclude-operation-id", name)]


def including(names: Iterable[str]) -> list[str]:
    return [word for name in names for word in ("--include-operation-id", name)]


def unless_thorough(*arguments: str) -> tuple[str, ...]:
    return () if THOROUGH else arguments


def test_nobody_gets_answers_that_conform(stack: DeployedStack, tmp_path: Path) -> None:
    """All other operations answer 401 before they look at anything: tests/answers/test_nobody.py."""
    few = unless_thorough("--phases", "fuzzing", *including(OPEN))

    assert generate(stack, tmp_path, None, *few) >= 5


def test_a_user_gets_answers_that_conform(stack: DeployedStack, tmp_path: Path, person: Person) -> None:
    own = unless_thorough("--exclude-path-regex", f"{ADMINISTRATORS}|{USERS}", *excluding(AS_ENQUEUE))
    cases = generate(stack, tmp_path, person.access_token, *excluding(LAST), *own)
    if not THOROUGH:
        few = ("--phases", "fuzzing", *including(AS_ENQUEUE))
        cases += generate(stack, tmp_path, person.access_token, *few)
    cases += generate(stack, tmp_path, person.access_token, *including(LAST))

    assert cases >= 300


def test_a_service_gets_answers_that_conform(stack: DeployedStack, tmp_path: Path, new_admin: SignUp) -> None:
    """They are those of users with their own queue, so a few calls of each operation are enough to tell."""
    scopes = ["enqueue:*", "read", "dequeue", "control"]
    made = new_admin().session.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": scopes})
    few = unless_thorough("--phases", "fuzzing")

    assert generate(stack, tmp_path, made["key"], "--include-path-regex", USERS, *few) >= 20


def test_an_administrator_gets_answers_that_conform(
    stack: DeployedStack, tmp_path: Path, new_admin: SignUp
) -> None:
    admin = new_admin()
    own = unless_thorough("--include-path-regex", ADMINISTRATORS)
    cases = generate(stack, tmp_path, admin.access_token, *excluding(LAST), *own)
    if THOROUGH:
        cases += generate(stack, tmp_path, admin.access_token, *including(LAST))

    assert cases >= 100
