"""Keeps what LocalStack knows of tables, secrets, buckets and stacks in GURUKOOL_DATA, if that is set.

A change is on the disk before its call is answered, so nothing is lost if every process is killed. If it
cannot be written, the answer has status 500, and the next start may bring the earlier state back.
"""

import threading
from pathlib import Path
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException
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

    def _after_call(self, chain: Any, context: Any, response: Any) -> None:
        """LocalStack only logs what such a handler raises, so the answer is replaced here."""
        if not (context.service and context.operation and context.service_request is not None):
            return
        try:
            self._keep(context)
        except OSError as error:
            failure = CommonServiceException("InternalError", f"The change cannot be kept: {error}", 500)
            response.headers.remove("Content-Length")
            handlers.handle_service_exception(chain, failure, context, response)

    def _keep(self, context: Any) -> None:
        service, operation = context.service.service_name, context.operation.name
        kind = self._by_service.get(service)
        if kind and kind.changes(operation):
            self._save(kind)
        if service == "s3":
            self._objects.after_call(operation, context.service_request, context.request)

    def _save(self, *kinds: Any) -> None:
        with self._lock:  # a state must not be overwritten by an earlier one
            for kind in kinds:
                self._files.write(self._path(kind), kind.dump())

    def _path(self, kind: Any) -> Path:
        return self._directory / f"{kind.NAME}.json"
