"""The files with which Grafana starts: data source, dashboards, alert rules."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from infra.grafana.alerts import rules
from infra.grafana.cost import cost
from infra.grafana.one_type import one_type
from infra.grafana.one_user import one_user
from infra.grafana.overview import overview
from infra.grafana.queries import SOURCE, Place
from infra.target import STACK

FILES = Path(__file__).parent / "files"  # for a stack with the usual name, in the data source's own region
USUAL = Place(STACK, "default", SOURCE)
PROVISIONING, DASHBOARDS = "provisioning", "dashboards"
RULES = f"{PROVISIONING}/alerting/gurukool.json"
BOARDS = {"overview": overview, "user": one_user, "type": one_type, "cost": cost}


def documents(at: Place, parameters: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The files that are made for a stack with these parameters, by their path."""
    for name, board in BOARDS.items():
        yield f"{DASHBOARDS}/{name}.json", board(at).build()
    yield RULES, rules(at, parameters)


def written(document: Any) -> str:
    """The text of a file."""
    return json.dumps(document, cls=JSONEncoder, indent=1, ensure_ascii=False) + "\n"


def write(directory: Path, at: Place = USUAL, parameters: Mapping[str, str] | None = None) -> None:
    """Puts everything into `directory`.

    `parameters`: those of the stack that differ from the template's defaults; alert rules depend on some.
    """
    if directory != FILES:
        shutil.copytree(FILES, directory, dirs_exist_ok=True)
    for path, document in documents(at, parameters or {}):
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(written(document))
