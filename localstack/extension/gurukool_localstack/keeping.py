"""Keeps what LocalStack knows of tables, secrets, buckets and stacks in GURUKOOL_DATA, if that is set.

A change is on the disk before its call is answered, so nothing is lost if every process is killed.
"""

import threading
from pathlib import Path
from typing import Any

from localstack.runtime import get_current_runtime

from gurukool_localstack import settings


def install() -> None:
    """Restores what was kept, and keeps what will change. Raises ValueError if a file is damaged."""
    directory = settings.current().data
    if directory:
        _Keeper(directory)


class _Keeper:
    def __init__(self, directory: Path) -> None:
        from gurukool_localstack.kept import buckets, files, objects, secrets, stacks, tables

        self._files = files
        self._directory = directory
        self._lock = threading.Lock()
        self._by_service = {kind.SERVICE: kind for kind in (secrets, tables, buckets)}
        for kind in (secrets, tables, stacks, buckets):
            kept = files.read(self._path(kind))
            if kept is not None:
                kind.load(kept)
        self._objects = objects.Objects(directory / "objects")
        stacks.install(lambda: self._save(stacks, buckets))
        get_current_runtime().components.gateway.response_handlers.append(self._after_call)

    def _after_call(self, _chain: Any, context: Any, _response: Any) -> None:
        kind = context.service and self._by_service.get(context.service.service_name)
        if kind and context.operation and kind.changes(context.operation.name):
            self._save(kind)
        if context.service and context.operation and context.service.service_name == "s3":
            self._objects.after_call(context.operation.name, context.service_request)

    def _save(self, *kinds: Any) -> None:
        with self._lock:  # a state must not be overwritten by an earlier one
            for kind in kinds:
                self._files.write(self._path(kind), kind.dump())

    def _path(self, kind: Any) -> Path:
        return self._directory / f"{kind.NAME}.json"
