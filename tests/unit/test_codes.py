"""The codes of problems: listed once, completely, and the same in the code base, the docs and the gateway."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from chalicelib.api.description.codes import CODES
from chalicelib.web.problems import STATUS
from infra.gateway_responses import ANSWERS

CHECKOUT = Path(__file__).parents[2]
STATUSES = {error.__name__: status for error, status in STATUS.items()}
GENERAL = {error.code: status for error, status in STATUS.items()}
BY_HAND = {"internal": 500, "method_not_allowed": 405}  # problems.py and middleware.py


def specific() -> Iterator[tuple[str, int]]:
    """Each `SomeError(…, code="…")` of the application, with the status of its class."""
    for path in (CHECKOUT / "chalicelib").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            for keyword in call.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value), STATUSES[call.func.id]


def test_every_code_is_listed_with_its_status_and_no_other_one_is() -> None:
    gateway = {answer.code: int(answer.status) for answer in ANSWERS.values()}
    used = {**gateway, **GENERAL, **BY_HAND, **dict(specific())}

    assert used == {code: listed.status for code, listed in CODES.items()}


def test_the_gateway_means_the_same_by_a_code_as_the_application() -> None:
    assert {answer.code: int(answer.status) for answer in ANSWERS.values()}.items() <= {
        code: listed.status for code, listed in CODES.items()
    }.items()


def test_the_docs_have_the_same_table() -> None:
    text = (CHECKOUT / "docs" / "errors.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", text, re.MULTILINE)

    assert {code: (int(status), meaning) for code, status, meaning in rows} == CODES
