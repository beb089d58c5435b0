"""AWS in memory, by moto: the resources of an application for the time of a test."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from unittest.mock import patch

from chalicelib.core.queueing.application import UndeclaredError
from gurukool.testing.aws import watched_aws
from gurukool.testing.in_memory import REGION, TestResources, client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pynamodb.models import Model

    from chalicelib.core.queueing.application import Resources, Table

_open = list[TestResources]()  # by the blocks that are open now, the innermost last; moto is global too


@contextmanager
def resources(**declared: type[Model] | str) -> Iterator[Resources]:
    """What resources.yaml declares, by name, for the time of the block.

    A table is declared by a model with its keys, and is empty. Of another resource, give what AWS would call
    it, a bucket's name for example; the test makes it. In the block, handlers get these resources, and moto
    answers all calls of AWS that this process makes, in memory. A block in another one hides those of its
    tables that have the same names; everything else that moto has in memory, both share.

    Raises ModuleNotFoundError if moto is not installed.
    """
    with ExitStack() as stack:
        stack.enter_context(_moto())
        stack.enter_context(patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}))
        stack.enter_context(watched_aws())
        for name in declared:
            if outer := next((block for block in reversed(_open) if block.has_table(name)), None):
                stack.enter_context(outer.giving_way(name))
        _open.append(TestResources(declared))
        try:
            yield _open[-1]
        finally:
            _open.pop()


def _moto() -> Any:
    try:
        from moto import mock_aws
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Resources in memory are moto's: install moto[dynamodb].") from error
    return mock_aws()


class PresentResources:
    """At any time, those of the innermost block of `resources`."""

    def name(self, name: str) -> str:
        return _present().name(name)

    def table(self, name: str) -> Table:
        return _present().table(name)

    def client(self, service: str) -> Any:
        return _present().client(service)


def _present() -> Resources:
    return _open[-1] if _open else NoBlock()


class NoBlock:
    """Of a test that has not declared any."""

    def name(self, name: str) -> NoReturn:
        """Raises UndeclaredError, as the others do."""
        raise UndeclaredError(f"{name!r} was asked for outside of any block of `gurukool.testing.resources`.")

    def table(self, name: str) -> NoReturn:
        self.name(name)

    def client(self, service: str) -> NoReturn:
        self.name(service)


def is_open() -> bool:
    """Whether this is in a block of `resources`."""
    return bool(_open)


def commit(effects: Sequence[object]) -> None:
    """Write effects as a worker does, all or none. Raises EffectRefusedError."""
    if not effects:
        return
    if not _open:
        raise RuntimeError(
            "The handler has effects. Give it its tables: `with gurukool.testing.resources(…):`."
        )
    from chalicelib.adapters.dynamodb import transaction

    transaction.commit(_open[-1].connection, (), effects)


def content() -> Mapping[str, Mapping[str, Any]]:
    """Every item of every table: by table, and by the text of its key."""
    names = client("dynamodb").list_tables()["TableNames"] if _open else ()
    return {name: dict(_items(name)) for name in names}


def _items(name: str) -> Iterator[tuple[str, Any]]:
    described = client("dynamodb").describe_table(TableName=name)["Table"]
    keys = [part["AttributeName"] for part in described["KeySchema"]]
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=name):
        for item in page["Items"]:
            plain = {key: next(iter(value.values())) for key, value in item.items()}
            yield " ".join(str(plain[key]) for key in keys), plain
