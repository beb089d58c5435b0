"""Writes the audit log into a file. It needs read access to the stack's tables."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path

from chalicelib.adapters.dynamodb.audit import to_entry
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from infra.store_errors import as_deploy_errors
from infra.target import Target


@as_deploy_errors()
def export(target: Target, outputs: Mapping[str, str], path: Path) -> str:
    """Writes all entries that are stored as lines of JSON, in no particular order; returns a sentence.

    Raises DeployError if the table cannot be read.
    """
    tables = Tables(TableNames(audit=outputs["AuditTable"]), target.region, target.endpoint)
    tables.connection._client = target.client("dynamodb")  # noqa: SLF001  (with the target's credentials)
    written = count()
    with path.open("w") as file:
        for item in tables.audit.scan(consistent_read=True):
            print(json.dumps(asdict(to_entry(item)), ensure_ascii=False), file=file)
            next(written)
    return f"{path} has {next(written)} entries of the audit log."
