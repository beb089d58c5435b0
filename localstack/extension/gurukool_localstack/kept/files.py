"""Documents in files that only their owner may read. A file is there as a whole, or as it was before."""

import json
import os
from base64 import b64decode, b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

# A document may have values that JSON does not know.
_BYTES = "$bytes"
_MOMENT = "$datetime"


def write(path: Path, document: Any) -> None:
    """Returns when the document is on the disk. One thread at a time may write to a path."""
    _replace(path, json.dumps(document, default=_encode).encode())


def read(path: Path) -> Any:
    """None if there is no such file. Raises ValueError if it is damaged."""
    if not path.exists():
        return None
    return json.loads(path.read_text(), object_hook=_decode)


def write_with(path: Path, document: Any, data: bytes) -> None:
    """Likewise, with data behind the document. The folder may be new."""
    make_folder(path.parent)
    _replace(path, json.dumps(document, default=_encode).encode() + b"\n" + data)


def read_with(path: Path) -> tuple[Any, bytes]:
    """The document and the data. Raises ValueError if the file is damaged."""
    document, _, data = path.read_bytes().partition(b"\n")
    return json.loads(document, object_hook=_decode), data


def delete(path: Path) -> None:
    """Returns when the file is gone from the disk. It may never have been there."""
    if path.exists():
        path.unlink()
        _sync_directory(path.parent)


def make_folder(path: Path) -> None:
    """Makes the folder, and those above it, for their owner only. Returns when they are on the disk."""
    if path.is_dir():
        return
    if not path.parent.exists():
        make_folder(path.parent)
    path.mkdir(0o700, exist_ok=True)
    _sync_directory(path.parent)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} cannot be kept.")


def _decode(value: dict[str, Any]) -> Any:
    if value.keys() == {_MOMENT}:
        return datetime.fromisoformat(value[_MOMENT])
    return b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
