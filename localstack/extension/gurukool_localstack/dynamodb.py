"""Runs Amazon's DynamoDB Local from the folder that it was unpacked to, on 127.0.0.1 only.

Its data are in memory, or in a SQLite database in GURUKOOL_DATA.
"""

import collections
import contextlib
import logging
import os
import sqlite3
import threading
from pathlib import Path

from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.run import ShellCommandThread

from gurukool_localstack import children, java, settings
from gurukool_localstack.system import bound_to_parent
from gurukool_localstack.variables import HOST

LOG = logging.getLogger(__name__)

DATABASE = "shared-local-instance.db"  # the name that DynamoDB Local gives it with -sharedDb
_CLASSES = "GURUKOOL_DYNAMODB_CLASSES"  # optional: the directory that class_archive.py has made
_LINES = 30  # of Java's output, which are shown when it ends

_answered = threading.Event()


def install() -> None:
    """Changes how LocalStack starts it, and starts it in the background while LocalStack itself starts."""
    DynamodbServer._create_shell_command = _command  # noqa: SLF001  (LocalStack's name)
    DynamodbServer.do_start_thread = _start_thread
    DynamodbServer.host = HOST  # not `localhost`, which may be ::1 only
    if directory := settings.current().data:
        _prepare_database(directory / DATABASE)
    threading.Thread(target=_start, name="start-dynamodb", daemon=True).start()


def _start() -> None:
    DynamodbServer.get().start_dynamodb()
    _answered.set()


def _command(server: DynamodbServer) -> list[str]:
    given, current = os.environ.get(_CLASSES), settings.current()
    classes = Path(given) if given else None
    return bound_to_parent(java.command(current.dynamodb_jar_dir, server.port, current.data, classes))


def _prepare_database(path: Path) -> None:
    """Makes the database, for its owner only, and has it write ahead.

    DynamoDB Local by itself waits for the disk several times a write.
    What was written is on the disk when DynamoDB Local answers. Write-ahead logging is a property of the
    database, which remains: https://www.sqlite.org/wal.html#persistence_of_wal_mode
    """
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        path.chmod(0o600)  # SQLite gives its files beside it the same mode


def _start_thread(server: DynamodbServer) -> ShellCommandThread:
    """What DynamoDB Local writes is a warning if it ends. If it has never answered, LocalStack ends, too."""
    written: collections.deque[str] = collections.deque(maxlen=_LINES)

    def ended(_outcome: object) -> None:
        LOG.error("DynamoDB Local has ended. Its last lines:\n%s", "\n".join(written))
        if not _answered.is_set():
            children.kill_all()
            os._exit(1)

    thread = ShellCommandThread(
        _command(server), log_listener=lambda line, **_: written.append(line.rstrip()), name="dynamodb-local"
    )
    thread.result_future.add_done_callback(ended)
    thread.start()
    return thread
