"""Models are bound to their tables when they are asked for, in any order and by any thread."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import TableNames, Tables

MODELS = (
    *("queues", "requests", "texts", "accounts", "sessions", "tries", "audit"),
    *("keys", "slots", "entries", "notes", "services"),
)
NAMES = TableNames(**{field.name: field.name for field in fields(TableNames)})


def bound() -> Tables:
    return Tables(NAMES, region="us-east-1", host="http://127.0.0.1:1")


@pytest.mark.parametrize("first", MODELS)
def test_the_indexes_of_a_table_are_known_whichever_model_is_asked_for_first(first: str) -> None:
    tables = bound()

    for model in (first, *MODELS):
        getattr(tables, model)

    for table, index in (("requests", "unsuccessful"), ("queues", "looks"), ("scheduled", "due")):
        known: Any = tables.connection.get_meta_table(table)
        assert known.has_index_name(index)


def test_all_models_use_the_connection_of_their_deployment() -> None:
    tables = bound()

    for model in MODELS:
        assert getattr(tables, model)._get_connection().connection is tables.connection


def test_threads_may_ask_for_models_at_the_same_time() -> None:
    tables = bound()

    with ThreadPoolExecutor(8) as threads:
        models = list(threads.map(partial(getattr, tables), MODELS * 4))

    assert {model.Meta.table_name for model in models} == set(tables.connection._tables)
