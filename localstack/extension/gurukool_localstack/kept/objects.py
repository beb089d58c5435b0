"""The objects of the buckets that are kept: a file for each, which has its attributes and then its bytes.

LocalStack gets an object's bytes when somebody first opens it.
"""

import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from localstack.services.s3.models import S3Object
from localstack.services.s3.storage.ephemeral import (
    S3_MAX_FILE_SIZE_BYTES,
    EphemeralS3ObjectStore,
    LockedSpooledTemporaryFile,
)

from gurukool_localstack.kept import buckets, files

SERVICE = "s3"
_CHANGING = (
    "CompleteMultipartUpload",
    "CopyObject",
    "DeleteObject",
    "DeleteObjects",
    "PostObject",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "RestoreObject",
)

_stock_open = EphemeralS3ObjectStore.open


class Objects:
    """In a folder for each bucket."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock, self._filling = threading.Lock(), threading.Lock()
        self._loaded = set[Path]()  # whose bytes LocalStack has, or has had
        self._store: Any = None
        for bucket in buckets.every():
            for path in self._paths(bucket.name):
                found: Any = S3Object.__new__(S3Object)
                vars(found).update(files.read_with(path)[0], parts={})
                bucket.objects.set(found.key, found)

        def open_kept(*args: Any, **options: Any) -> Any:  # a method of LocalStack's store
            return self._open(*args, **options)

        EphemeralS3ObjectStore.open = open_kept

    def after_call(self, operation: str, request: Any, http: Any) -> None:
        """Keeps what an operation has changed, before it is answered. `http` is the request as it came."""
        kept = {bucket.name: bucket for bucket in buckets.every()}
        if operation in _CHANGING and (bucket := kept.get(request["Bucket"])):
            for key in _keys(request, http):
                with self._lock:  # a state must not be overwritten by an earlier one
                    self._keep(bucket, key)

    def _keep(self, bucket: Any, key: str) -> None:
        path, found = self._path(bucket.name, key), bucket.objects.get(key)
        if found is None:
            files.delete(path)
            return
        attributes = {name: value for name, value in vars(found).items() if name != "parts"}
        files.write_with(path, attributes, self._data(bucket.name, found, path))

    def _data(self, bucket: str, s3_object: Any, path: Path) -> bytes:
        """The object's bytes: those in its file, if nobody has opened it since the start."""
        with self._filling:
            if path not in self._loaded and path.exists():
                return files.read_with(path)[1]
            self._loaded.add(path)
        with self._store.open(bucket, s3_object) as stored:
            return b"".join(stored)

    def _open(self, store: Any, bucket: str, s3_object: Any, mode: str = "r") -> Any:
        """In place of `EphemeralS3ObjectStore.open`."""
        self._store = store
        path = self._path(bucket, s3_object.key)
        with self._filling:
            if path not in self._loaded and path.exists():
                _fill(store, bucket, s3_object, files.read_with(path)[1])
                self._loaded.add(path)
        return _stock_open(store, bucket, s3_object, mode)

    def _paths(self, bucket: str) -> Iterator[Path]:
        paths = self._directory.joinpath(bucket).glob("*")
        return (path for path in paths if path.suffix != ".new")  # which was not written to its end

    def _path(self, bucket: str, key: str) -> Path:
        return self._directory / bucket / sha256(key.encode()).hexdigest()


def _keys(request: Any, http: Any) -> list[str]:
    """Of the objects that a call was about. That of PostObject is in its form."""
    if "Delete" in request:
        return [each["Key"] for each in request["Delete"]["Objects"]]
    if "Key" in request:
        return [request["Key"]]
    key, file = http.form.get("key"), http.files.get("file")
    return [key.replace("${filename}", file.filename) if file else key] if key else []


def _fill(store: Any, bucket: str, s3_object: Any, data: bytes) -> None:
    """Gives LocalStack the bytes, as if they had been written now."""
    folder = Path(store.root_directory, bucket)
    folder.mkdir(parents=True, exist_ok=True)
    file: Any = LockedSpooledTemporaryFile(dir=str(folder), max_size=S3_MAX_FILE_SIZE_BYTES)
    file.write(data)
    file.internal_last_modified = s3_object.internal_last_modified
    store._filesystem[bucket]["keys"][store._key_from_s3_object(s3_object)] = file  # noqa: SLF001  (LocalStack's)
