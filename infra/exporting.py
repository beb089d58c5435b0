"""Writes all that is stored about a user into one file. It needs access to the stack's tables."""

import io
import tarfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
from chalicelib.adapters.dynamodb.audit import DynamoAudit
from chalicelib.adapters.dynamodb.sessions import DynamoSessions
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.api.identity.export_views import record_of
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.account import folded
from chalicelib.core.identity.export import Export, Subject
from infra.audit import note
from infra.errors import DeployError
from infra.store_errors import as_deploy_errors
from infra.target import Target

TABLES = ("queues", "requests", "accounts", "sessions", "idempotency", "audit", "scheduled")


@as_deploy_errors()
def export(target: Target, outputs: Mapping[str, str], user: str, path: Path) -> str:
    """Writes a .tar.gz with a list of JSON lines for each kind of data, and returns a sentence about it.

    `user`: a username, or the name that a service gives. Raises DeployError if there is no such user, or the
    tables cannot be read.
    """
    dynamodb = target.client("dynamodb")
    tables = tables_of(target, outputs)
    accounts, store = DynamoAccounts(tables), DynamoStore(tables, limit=1)
    account = accounts.by_username(folded(user))
    export = Export(accounts, DynamoSessions(tables), store, DynamoAudit(tables), SystemClock())
    subject = Subject(account.user_id, account.username) if account else _named(export, user)
    note(dynamodb, outputs["AuditTable"], "export user", user, subject.user_id)
    kinds = dict[str, io.BytesIO]()
    for piece in export.pieces(subject):
        if piece.thing is not None:
            line = f"{record_of(piece)}\n"
            kinds.setdefault(piece.kind, io.BytesIO()).write(line.encode())
    _write(kinds, path)
    return f"{path} has what is stored about {user}: {', '.join(kinds)}."


def _named(export: Export, user: str) -> Subject:
    """Raises DeployError if nothing is stored of such a user."""
    with suppress(NotFoundError):
        if user:
            return export.subject_of(user)
    raise DeployError(f"There is no user {user!r}.")


def _write(kinds: Mapping[str, io.BytesIO], path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for kind, content in kinds.items():
            member = tarfile.TarInfo(f"{kind}.ndjson")
            member.size, member.mtime = content.tell(), int(time.time())
            content.seek(0)
            archive.addfile(member, content)


def tables_of(target: Target, outputs: Mapping[str, str]) -> Tables:
    """The tables of the stack with these outputs."""
    names = {name: outputs[f"{name.capitalize()}Table"] for name in TABLES}
    tables = Tables(TableNames(**names), target.region, target.endpoint)
    tables.connection._client = target.client("dynamodb")  # noqa: SLF001  (with the target's credentials)
    return tables
