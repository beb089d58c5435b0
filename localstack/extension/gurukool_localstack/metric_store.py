"""Stores the metrics of a call of PutMetricData in one transaction, finds them by time, and deletes old ones.

LocalStack opens its database, and waits for the disk, for each datum. The database lasts as long as
LocalStack does, so it need not outlive a crash of the machine. LocalStack reads all values that a metric has
ever had, whatever time is asked for, and deletes none.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from weakref import WeakSet

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

# As CloudWatch keeps data points of a minute:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
KEPT_SECONDS = 15 * 86_400
MOST_ROWS = 2_000_000  # of each table, which are some 300 MB
_SUMMARY = ("SampleCount", "Sum", "Minimum", "Maximum")

_stock_init = CloudwatchDatabase.__init__
_databases = WeakSet[CloudwatchDatabase]()


def install() -> None:
    CloudwatchDatabase.__init__ = _init
    CloudwatchDatabase.add_metric_data = _add


def delete_old(now: float) -> None:
    """Deletes what is older than `KEPT_SECONDS`, and the oldest rows above `MOST_ROWS`."""
    for database in list(_databases):
        with _writing(database) as connection:
            for table in (database.TABLE_SINGLE_METRICS, database.TABLE_AGGREGATED_METRICS):
                newest = f"SELECT MAX(id) FROM {table}"  # noqa: S608
                connection.execute(
                    f"DELETE FROM {table} WHERE timestamp < ? OR id <= ({newest}) - ?",  # noqa: S608
                    (now - KEPT_SECONDS, MOST_ROWS),
                )


def _init(database: CloudwatchDatabase) -> None:
    _stock_init(database)
    _databases.add(database)
    columns = "namespace, metric_name, timestamp"
    with _writing(database) as connection:
        for table in (database.TABLE_SINGLE_METRICS, database.TABLE_AGGREGATED_METRICS):
            connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_by_time ON {table} ({columns})")
            # LocalStack's, which has the names only.
            connection.execute(f"DROP INDEX IF EXISTS idx_{table.lower()}_comp")


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
    with _writing(database) as connection:
        _insert(connection, database.TABLE_SINGLE_METRICS, single)
        _insert(connection, database.TABLE_AGGREGATED_METRICS, several)


@contextmanager
def _writing(database: CloudwatchDatabase) -> Iterator[sqlite3.Connection]:
    """One transaction."""
    with database.DATABASE_LOCK, closing(sqlite3.connect(database.METRICS_DB)) as connection, connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")
        yield connection


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
