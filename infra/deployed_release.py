"""Which release a stack runs, and whether another one may follow it."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.dynamodb.format import NEWEST
from chalicelib.version import VERSION
from infra.errors import DeployError
from infra.events import Report

# Outputs of the stack. Release 0.1.0 has neither; its format is 1.
RELEASE_OUTPUT = "Release"
FORMAT_OUTPUT = "StoredFormat"


def outputs() -> dict[str, Any]:
    """What the template says of the code that it deploys."""
    return {RELEASE_OUTPUT: {"Value": VERSION}, FORMAT_OUTPUT: {"Value": str(NEWEST)}}


def check(deployed: Mapping[str, str], report: Report) -> None:
    """Says which release follows which. `deployed` has the stack's outputs; a new stack has none.

    Raises DeployError if the stack stores items that this release cannot read.
    """
    before = deployed.get(RELEASE_OUTPUT, "0.1.0" if deployed else "no release")
    report(f"release {VERSION} (deployed: {before})")
    stored = int(deployed.get(FORMAT_OUTPUT, 1))
    if stored > NEWEST:
        raise DeployError(
            f"The stack's tables may hold items of format {stored}, written by release {before}. Release "
            f"{VERSION} reads items up to format {NEWEST} and would answer 503 for all others: deploy "
            f"release {before} or a later one."
        )
