"""Functions and layers with the same code share one unpacked directory.

LocalStack unpacks the code of each function and version for itself, also if it comes from one archive. Here a
directory stays as long as a function or a version has its code, or a process runs in it. The code of a layer
stays until LocalStack ends: a function keeps its layers when they are deleted, as on AWS.

LocalStack takes whatever it finds at the place of some code for that code. So each process of LocalStack has
a directory of its own, whose name no earlier process and no other user of the machine could know.
"""

import secrets
import shutil
import tempfile
import threading
from base64 import b64decode
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import S3Code

_stock_prepare = S3Code.prepare_for_execution


class _Place:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.holders = set[object]()


_places: dict[Path, _Place] = {}
_root = Path(tempfile.gettempdir(), f"lambda-{secrets.token_hex(16)}")


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
                _remove(code)


def _place(code: S3Code) -> _Place:
    return _places.setdefault(code.get_unzipped_code_location(), _Place())


def _location(code: S3Code) -> Path:
    """Named by the hash of the archive. LocalStack unpacks it in the parent of the directory `code`."""
    return _root / str(code.s3_bucket) / b64decode(code.code_sha256).hex() / "code"


def _prepare(code: S3Code) -> None:
    with _place(code).lock:
        hold(code, code.id)
        _stock_prepare(code)


def _destroy_cached(code: S3Code) -> None:
    release(code, code.id)


def _remove(code: S3Code) -> None:
    """Gives the directory another name first: what cannot be removed must not be taken for the code later."""
    place = code.get_unzipped_code_location().parent
    if place.exists():
        outdated = Path(tempfile.mkdtemp(prefix="outdated-", dir=_root))
        place.rename(outdated / "place")
        shutil.rmtree(outdated, ignore_errors=True)


def remove_all() -> None:
    """When LocalStack ends, and with it all functions."""
    shutil.rmtree(_root, ignore_errors=True)
