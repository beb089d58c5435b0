"""Which of our packages may import which others: the arrows between the rooms of the house point one way."""

import ast
import sys
from pathlib import Path

import pytest

from bootstrap.cache import CHECKOUT

LOCALSTACK = CHECKOUT / "localstack"
PLACES = {
    "bootstrap": LOCALSTACK / "bootstrap",
    "chalicelib": CHECKOUT / "chalicelib",
    "gurukool": CHECKOUT / "gurukool",
    "gurukool_localstack": LOCALSTACK / "extension" / "gurukool_localstack",
    "infra": CHECKOUT / "infra",
    "local_cloud": LOCALSTACK / "local_cloud",
}
MAY_IMPORT: dict[str, set[str]] = {
    "bootstrap": set(),  # it runs before anything is installed
    "chalicelib": set(),
    "gurukool": {"chalicelib"},
    "gurukool_localstack": set(),  # it runs in LocalStack's environment
    "infra": {"bootstrap", "chalicelib"},
    "local_cloud": {"bootstrap", "chalicelib", "infra"},
}
OURS = {*PLACES, "app", "tests"}
SKELETON = (
    CHECKOUT / "infra" / "skeleton"
)  # the text of a new application, which infra copies and never imports


def imports(file: Path) -> set[str]:
    """The top-level packages that the file imports, wherever the import statement stands."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    froms = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in froms | names}


@pytest.mark.parametrize("package", PLACES)
def test_a_package_imports_only_those_below_it(package: str) -> None:
    files = [file for file in PLACES[package].rglob("*.py") if SKELETON not in file.parents]
    wrong = {
        file.name: found
        for file in files
        if (found := imports(file) & OURS - {package} - MAY_IMPORT[package])
    }

    assert files
    assert not wrong


def test_a_new_application_imports_the_public_surface_only() -> None:
    assert set.union(*map(imports, SKELETON.rglob("*.py"))) & OURS == {"gurukool"}


def test_the_set_up_needs_nothing_but_the_standard_library() -> None:
    found = set.union(*map(imports, PLACES["bootstrap"].rglob("*.py")))

    assert found <= sys.stdlib_module_names | {"bootstrap", "__future__"}
