"""All examples as one application, so that one deployment serves the tests of all."""

import json
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SECTION = "Resources:\n"


def put_together(examples: Sequence[Path], target: Path) -> None:
    """Their handlers, declarations and resources, in the folder `target`. They have no name in common."""
    for example in examples:
        _copy_new(example / "handlers", target / "handlers")
    declared = [tomllib.loads((example / "application.toml").read_text()) for example in examples]
    (target / "application.toml").write_text("".join(_toml(declared)))
    files = [path for example in examples if (path := example / "resources.yaml").exists()]
    resources = [path.read_text().removeprefix(SECTION) for path in files]
    (target / "resources.yaml").write_text(SECTION + "\n".join(resources))


def _copy_new(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for path in source.glob("*.py"):
        assert not (target / path.name).exists(), f"two examples have a module {path.name}"
        shutil.copyfile(path, target / path.name)


def _toml(declared: Sequence[Any]) -> Iterator[str]:
    """Settings and permissions; what JSON writes of texts, numbers and lists is TOML as well."""
    for document in declared:
        assert document.keys() <= {"settings", "permissions"}
        for name, setting in document.get("settings", {}).items():
            yield f"[settings.{name}]\n"
            yield from (f"{key} = {json.dumps(value)}\n" for key, value in setting.items())
    yield "[permissions]\n"
    for document in declared:
        for name, actions in document.get("permissions", {}).items():
            yield f"{name} = {json.dumps(actions)}\n"
