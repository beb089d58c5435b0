"""Stores the metrics of one call of PutMetricData in one transaction.

LocalStack opens its database, and waits for the disk, for each datum. The database lasts as long as
LocalStack does, so it need not outlive a crash of the machine.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

_SUMMARY = ("SampleCount", "Sum", "Minimum", "Maximum")


def install() -> None:
    CloudwatchDatabase.add_metric_data = _add


def _add(
    database: CloudwatchDatabase,
    account_id: str,
    region: str,
    namespace: str,
    metric_data: Iterable[Mapping[str, Any]],
) -> None:
    """Stores values and summaries of several values in the tables that LocalStack has for each."""
    single, several = list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    for datum in metric_data:
        moment = datum.get("Timestamp")
        common = (
            *(account_id, region, datum.get("MetricName"), namespace),
            int(moment.timestamp() if moment else time.time()),
            database._get_ordered_dimensions_with_separator(datum.get("Dimensions")),  # noqa: SLF001
            *(datum.get("Unit"), datum.get("StorageResolution")),
        )
        single += [(*common, value) for value in _values(datum)]
        if summary := datum.get("StatisticValues"):
            several.append((*common, *(summary[name] for name in _SUMMARY)))
    with database.DATABASE_LOCK, closing(sqlite3.connect(database.METRICS_DB)) as connection, connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")
        _insert(connection, database.TABLE_SINGLE_METRICS, single)
        _insert(connection, database.TABLE_AGGREGATED_METRICS, several)


def _values(datum: Mapping[str, Any]) -> Iterator[float]:
    """Each value as often as it counts."""
    if datum.get("Value") is not None:
        yield datum["Value"]
    elif values := datum.get("Values"):
        for value, count in zip(values, datum.get("Counts") or [1] * len(values), strict=False):
            yield from [value] * int(count)


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Inserts rows that have a value for each column but the first, which SQLite numbers."""
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES (NULL, {marks})", rows)  # noqa: S608
