"""Functions and layers with the same code share one unpacked directory.

LocalStack unpacks the code of each function and version for itself, also if it comes from one archive. Here a
directory stays as long as a function, a version or a layer has its code, or a process runs in it.
"""

import tempfile
import threading
from base64 import b64decode
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import S3Code

_stock_prepare = S3Code.prepare_for_execution
_stock_destroy_cached = S3Code.destroy_cached


class _Place:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.holders = set[object]()


_places: dict[Path, _Place] = {}


def install() -> None:
    S3Code.get_unzipped_code_location = _location
    S3Code.prepare_for_execution = _prepare
    S3Code.destroy_cached = _destroy_cached


def hold(code: Any, holder: object) -> None:
    """Keeps the code on the disk until the holder releases it."""
    if isinstance(code, S3Code):  # otherwise it is a directory of the user's, which stays anyway
        place = _place(code)
        with place.lock:
            place.holders.add(holder)


def release(code: Any, holder: object) -> None:
    """Removes the code from the disk if nobody else holds it."""
    if isinstance(code, S3Code):
        place = _place(code)
        with place.lock:
            place.holders.discard(holder)
            if not place.holders:
                _stock_destroy_cached(code)


def _place(code: S3Code) -> _Place:
    return _places.setdefault(code.get_unzipped_code_location(), _Place())


def _location(code: S3Code) -> Path:
    """Named by the hash of the archive. LocalStack removes the parent of the directory `code`."""
    return Path(tempfile.gettempdir(), "lambda", code.s3_bucket, b64decode(code.code_sha256).hex(), "code")


def _prepare(code: S3Code) -> None:
    with _place(code).lock:
        hold(code, code.id)
        _stock_prepare(code)


def _destroy_cached(code: S3Code) -> None:
    release(code, code.id)
