"""Evaluates the metrics and expressions of a request together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gurukool_localstack.metric_math.expressions import Names, Parsed, parsed
from gurukool_localstack.metric_math.functions import Scope
from gurukool_localstack.metric_math.series import MathError, Operand, Series

_ERROR = "Error in expression"  # how AWS begins the message


@dataclass
class Queries:
    """The `MetricDataQueries` of a request.

    `fetch` gets a metric with its statistic (`MetricStat`) and its label. `search` gets a search expression,
    a statistic and a period.
    """

    queries: Sequence[Mapping[str, Any]]
    start: int  # seconds since the epoch
    end: int
    fetch: Callable[[Mapping[str, Any], str], Series]
    search: Callable[[str, str, int], list[Series]]
    _values: dict[str, Operand] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)  # expressions that are being evaluated

    def results(self) -> Iterator[tuple[Mapping[str, Any], list[Series]]]:
        """Each query whose data are wanted, and its series: several for a list. Raises MathError."""
        by_id = {query["Id"]: query for query in self.queries}
        metrics = {}
        for query in self.queries:
            if stat := query.get("MetricStat"):
                label = query.get("Label") or stat["Metric"]["MetricName"]
                metrics[query["Id"]] = self._values[query["Id"]] = self.fetch(stat, label)
        scope = Scope(self.start, self.end, metrics, self.search)
        names = Names(lambda name: self._value(by_id[name], names), scope)
        for query in self.queries:
            if query.get("ReturnData", True) is not False:
                yield query, _series_of(query, self._value(query, names))

    def _value(self, query: Mapping[str, Any], names: Names) -> Operand:
        name = query["Id"]
        if name not in self._values:
            if name in self._open:
                raise MathError(f"The expression {name} refers to itself.")
            self._open.append(name)
            expression = expression_of(query)
            try:
                self._values[name] = expression.evaluate(names)
            except MathError as error:
                raise _error_in(query, error) from None
            self._open.remove(name)
        return self._values[name]


def expression_of(query: Mapping[str, Any]) -> Parsed:
    """The expression of a query that has one. Raises MathError."""
    if not query.get("Expression"):
        raise MathError(f"{query['Id']} has neither MetricStat nor Expression.")
    try:
        return parsed(query["Expression"])
    except MathError as error:
        raise _error_in(query, error) from None


def _error_in(query: Mapping[str, Any], error: MathError | str) -> MathError:
    text = str(error)
    return MathError(text if text.startswith(_ERROR) else f"{_ERROR} '{query['Id']}': {text}")


def _series_of(query: Mapping[str, Any], operand: Operand) -> list[Series]:
    if isinstance(operand, Series):
        return [operand]
    if isinstance(operand, list):
        return operand
    raise _error_in(query, "The result must be a time series.")
