"""ListMetrics with whole dimensions.

LocalStack takes a part of a dimension's value for the whole, and cannot list a value with a "=" in it.
"""

from typing import Any

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

_stock_list_metrics = CloudwatchDatabase.list_metrics


def install() -> None:
    CloudwatchDatabase.list_metrics = _list_metrics
    CloudwatchDatabase._restore_dimensions_from_string = _dimensions  # noqa: SLF001


def _list_metrics(  # noqa: PLR0917  (LocalStack's signature)
    database: CloudwatchDatabase,
    account_id: str,
    region: str,
    namespace: Any,
    metric_name: Any,
    dimensions: Any,
) -> dict[str, Any]:
    """LocalStack's list, of the metrics that have the dimensions with these whole names and values."""
    found = _stock_list_metrics(database, account_id, region, namespace, metric_name, dimensions)["metrics"]
    return {"metrics": [each for each in found if all(_has(each, wanted) for wanted in dimensions or ())]}


def _has(metric: dict[str, Any], wanted: dict[str, str]) -> bool:
    """Whether a metric has a dimension; a filter may leave out the value."""
    own = {each["Name"]: each["Value"] for each in metric["dimensions"] or ()}
    return wanted["Name"] in own and wanted.get("Value") in (None, own[wanted["Name"]])


def _dimensions(_database: CloudwatchDatabase, text: str | None) -> list[dict[str, str]] | None:
    """The dimensions of a metric as LocalStack stores them: Name=Value and a tab, for each."""
    if not text:
        return None
    pairs = (part.split("=", 1) for part in text.split("\t") if part)
    return [{"Name": name, "Value": value} for name, value in pairs]
