"""The archive of DynamoDB Local's classes, from which Java starts in half the CPU time."""

from __future__ import annotations

import shutil
from pathlib import Path

from bootstrap.cache import CHECKOUT, Entry, FixedEntry
from bootstrap.commands import run

PACKAGE = CHECKOUT / "localstack" / "extension" / "gurukool_localstack"
SOURCES = ("class_archive.py", "java.py", "dynamodb.xml")


def entry(localstack: Entry, dynamodb: Entry) -> FixedEntry:
    """The entry of the archive, which fits one Java and one DynamoDB Local only."""
    made_from = [part.path.name.encode() for part in (localstack, dynamodb)]
    return FixedEntry("dynamodb-classes", *made_from, *((PACKAGE / name).read_bytes() for name in SOURCES))


def build(python: Path, extension: Path, dynamodb: Path, directory: Path) -> None:
    """`python` is LocalStack's, with Java beside it; `dynamodb` is the folder with DynamoDBLocal.jar.

    If the set-up is killed, the program is, too (where setpriv is installed): the next one fills `directory`.
    """
    tie = ("setpriv", "--pdeathsig", "KILL", "--") if shutil.which("setpriv") else ()
    program = ("-P", "-m", "gurukool_localstack.class_archive", dynamodb, directory)
    run(*tie, python, *program, environment={"PYTHONPATH": str(extension)})
