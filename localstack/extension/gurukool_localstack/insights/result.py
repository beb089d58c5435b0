"""What a query has found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gurukool_localstack.insights.values import Value, written

DEFAULT_COLUMNS = ["@timestamp", "@message"]


@dataclass
class Result:
    """What a query has found so far."""

    rows: list[dict[str, Value]]
    columns: list[str] = field(default_factory=list)  # in their order; none: the default ones
    is_of_groups: bool = False  # a row is no event, but the statistics of several
    matched: int = 0  # how many events have passed the filters

    def show(self, names: Sequence[str]) -> None:
        self.columns += [name for name in dict.fromkeys(names) if name not in self.columns]

    def written(self) -> list[list[dict[str, str]]]:
        """The rows as GetQueryResults has them: a missing field is left out."""
        columns = self.columns or DEFAULT_COLUMNS
        if not self.is_of_groups and "@ptr" not in columns:
            columns = [*columns, "@ptr"]
        return [
            [
                {"field": name, "value": written(value)}
                for name in columns
                if (value := row.get(name)) is not None
            ]
            for row in self.rows
        ]
