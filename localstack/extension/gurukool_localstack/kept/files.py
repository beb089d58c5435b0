"""A JSON document in a file that only its owner may read. It is there as a whole, or as it was before."""

import json
import os
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

_MOMENT = "$datetime"  # a document may have moments, which JSON does not know

_lock = threading.Lock()


def write(path: Path, document: Any) -> None:
    """Returns when the document is on the disk. Callers may be threads."""
    text = json.dumps(document, default=_encode)
    temporary = path.with_name(f"{path.name}.new")
    with _lock:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_directory(path.parent)


def read(path: Path) -> Any:
    """None if there is no such file. Raises ValueError if it is damaged."""
    if not path.exists():
        return None
    return json.loads(path.read_text(), object_hook=_decode)


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be kept.")


def _decode(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value[_MOMENT]) if value.keys() == {_MOMENT} else value
