"""What a release has stored, as if that had been some time ago."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

FILES = sorted(Path(__file__).parent.glob("items-*.json"))

# Attributes that hold moments, by their unit. The audit log stays as it is.
SECONDS = {"expires_at", "known_until"}
MILLISECONDS = {
    *(
        "awake",
        "created_at",
        "deadline",
        "ends_at",
        "enqueued_at",
        "finished_at",
        "last_at",
        "leaving",
        "look_at",
    ),
    *("moved_at", "not_before", "refreshed_at", "sessions", "sessions_until", "started_at", "tail_at"),
    *("unfit_since", "wait_1", "wait_2"),
}

type Item = Mapping[str, Mapping[str, Any]]  # with DynamoDB's types


@dataclass(frozen=True)
class Stored:
    users: Mapping[str, Mapping[str, str]]
    answers: Mapping[str, Any]  # of the API, by the user's name
    items: Mapping[str, Sequence[Item]]  # by the table's logical id
    made_at: int

    @classmethod
    def read(cls, path: Path) -> Self:
        made = json.loads(path.read_text())
        items = {f"{name}Table": found for name, found in made["items"].items()}
        return cls(made["users"], made["answers"], items, made["made_at"])

    def moved_to(self, moment: int) -> Mapping[str, list[Item]]:
        """The items as if they had been made at `moment`, in milliseconds."""
        ms = moment - self.made_at
        return {
            table: found[:] if table == "AuditTable" else [_moved(item, ms) for item in found]
            for table, found in ((table, list(items)) for table, items in self.items.items())
        }


def _moved(item: Item, ms: int) -> Item:
    return {name: _moved_value(name, value, ms) for name, value in item.items()}


def _moved_value(name: str, value: Mapping[str, Any], ms: int) -> Mapping[str, Any]:
    """Of an attribute, or of the map of a queue's sessions."""
    if "M" in value:
        return {"M": {key: _moved_value(name, inner, ms) for key, inner in value["M"].items()}}
    if name in SECONDS:
        return {"N": str(int(value["N"]) + ms // 1000)}
    return {"N": str(int(value["N"]) + ms)} if name in MILLISECONDS else value
