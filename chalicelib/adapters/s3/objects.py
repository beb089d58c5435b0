"""A bucket of S3."""

import base64
from collections.abc import Callable
from functools import cached_property
from typing import Any

from botocore.config import Config

from chalicelib.adapters.s3.errors import SILENT, translated
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.object_store import SignedUpload

CONFIG = Config(
    user_agent="gurukool",
    connect_timeout=1,
    read_timeout=5,  # an object has up to 4 MB
    retries={"total_max_attempts": 3, "mode": "standard"},
    signature_version="s3v4",
    # Without it, botocore signs for the global host (<bucket>.s3.amazonaws.com). That host redirects calls
    # for new buckets of other regions, which browsers do not follow, and refuses calls for buckets in regions
    # that were opened after March 2019:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/UsingRouting.html
    # If the endpoint is an IP address, as in the local cloud, botocore puts the bucket into the path instead.
    s3={"addressing_style": "virtual"},
    # botocore's own checksums would be in the signed calls; the checksum of a payload is in its key.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
CONTENT_TYPE = "application/json"


def create_client(session: Any) -> Any:
    """`session` is PynamoDB's botocore session."""
    return session.create_client("s3", config=CONFIG)


class S3Objects:
    """The port `ObjectStore`.

    The client is made for the first call. That takes some 20 ms, which nobody pays who has no upload.
    """

    def __init__(self, make_client: Callable[[], Any], bucket: str) -> None:
        self._make_client = make_client
        self._bucket = bucket
        self._last: tuple[str, bytes] | None = None  # an attempt that is repeated reads the same payload

    @cached_property
    def _client(self) -> Any:
        return self._make_client()

    def sign_upload(self, key: str, size: int, sha256: str, seconds: int) -> SignedUpload:
        """A signed PUT.

        S3 compares the length with the header, which is signed, and the body with the checksum before it
        stores the object:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
        """
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        signed = {"ContentLength": size, "ContentType": CONTENT_TYPE, "ChecksumSHA256": checksum}
        url = self._sign("put_object", key, seconds, **signed)
        return SignedUpload(url, {"Content-Type": CONTENT_TYPE, "x-amz-checksum-sha256": checksum})

    def sign_download(self, key: str, seconds: int) -> str:
        return self._sign("get_object", key, seconds)

    def _sign(self, operation: str, key: str, seconds: int, **parameters: Any) -> str:
        named = {"Bucket": self._bucket, "Key": key, **parameters}
        with translated():
            url: str = self._client.generate_presigned_url(operation, Params=named, ExpiresIn=seconds)
        return url

    def read(self, key: str) -> bytes | None:
        if self._last is None or self._last[0] != key:
            self._last = None  # two of them are never in memory
            try:
                with translated():
                    data: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except LostRaceError:
                return None
            self._last = key, data
        return self._last[1]

    def copy(self, source: str, target: str) -> None:
        with translated():
            self._client.copy_object(
                Bucket=self._bucket,
                Key=target,
                CopySource={"Bucket": self._bucket, "Key": source},
                # Without something that changes, S3 copies no object onto itself.
                MetadataDirective="REPLACE",
                ContentType=CONTENT_TYPE,
            )

    def delete_some(self, prefix: str) -> bool:
        with translated():
            page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
            if keys := [{"Key": found["Key"]} for found in page.get("Contents", ())]:
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}
                )
                if answer.get("Errors"):
                    raise UnavailableError(SILENT)
        return not page["IsTruncated"]
