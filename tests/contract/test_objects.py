"""The bucket for uploads."""

from hashlib import sha256
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.object_store import ObjectStore
from tests.contract.buckets import put_into

DATA = b'{"text": "x"}'


@pytest.fixture
def key() -> str:
    return f"new/{token_hex(4)}/{token_hex(4)}"


def upload(bucket: ObjectStore, key: str, data: bytes = DATA) -> None:
    put_into(bucket, bucket.sign_upload(key, len(data), sha256(data).hexdigest(), 60), data)


def test_what_was_uploaded_is_read(bucket: ObjectStore, key: str) -> None:
    assert bucket.read(key) is None
    upload(bucket, key)
    assert bucket.read(key) == DATA
    assert bucket.read(f"{key}x") is None
    assert key in bucket.sign_download(key, 60)


def test_an_object_of_4_mb(bucket: ObjectStore, key: str) -> None:
    data = b"x" * 4 * 1024 * 1024
    upload(bucket, key, data)
    assert bucket.read(key) == data


def test_a_copy_stays_when_the_original_is_deleted(bucket: ObjectStore, key: str) -> None:
    upload(bucket, key)
    copy = key.replace("new", "kept-7")

    bucket.copy(key, copy)
    bucket.copy(copy, copy)  # as if it were new
    assert bucket.delete_some(key)

    assert bucket.read(copy) == DATA
    with pytest.raises(LostRaceError):
        bucket.copy(key, copy)


def test_objects_are_deleted_by_their_folder_and_no_others(bucket: ObjectStore, key: str) -> None:
    folder, other = f"{key}-a/", f"{key}-ab/"
    for name in (f"{folder}1", f"{folder}2", f"{other}1"):
        upload(bucket, name)

    assert bucket.delete_some(folder)
    assert bucket.delete_some(folder), "again"

    assert [bucket.read(f"{folder}{n}") for n in (1, 2)] == [None, None]
    assert bucket.read(f"{other}1") == DATA
