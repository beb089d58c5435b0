"""Stores the metrics of one call of PutMetricData in one transaction.

LocalStack opens its database, and waits for the disk, for each datum. The database lasts as long as
LocalStack does, so it need not outlive a crash of the machine.
"""

import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

_stock_add = CloudwatchDatabase.add_metric_data

_INSERT = """INSERT INTO SINGLE_METRICS
    (account_id, region, metric_name, namespace, timestamp, dimensions, unit, storage_resolution, value)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def install() -> None:
    CloudwatchDatabase.add_metric_data = _add


def _add(
    database: CloudwatchDatabase,
    account_id: str,
    region: str,
    namespace: str,
    metric_data: Iterable[Mapping[str, Any]],
) -> None:
    """Data with one value each are stored here, and all others by LocalStack."""
    single, others = list[tuple[Any, ...]](), list[Mapping[str, Any]]()
    for datum in metric_data:
        if datum.get("Value") is None or datum.get("StatisticValues"):
            others.append(datum)
            continue
        moment = datum.get("Timestamp")
        single.append(
            (
                account_id,
                region,
                datum.get("MetricName"),
                namespace,
                database._convert_timestamp_to_unix(moment) if moment else int(time.time()),  # noqa: SLF001
                database._get_ordered_dimensions_with_separator(datum.get("Dimensions")),  # noqa: SLF001
                datum.get("Unit"),
                datum.get("StorageResolution"),
                datum["Value"],
            )
        )
    with database.DATABASE_LOCK, closing(sqlite3.connect(database.METRICS_DB)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executemany(_INSERT, single)
    _stock_add(database, account_id, region, namespace, others)
