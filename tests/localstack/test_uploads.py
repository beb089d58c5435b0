"""S3 takes from the holder of a signed upload what it was signed for, and nothing else."""

import base64
import time
from hashlib import sha256
from secrets import token_hex

import boto3
import pytest
import requests
from botocore.session import Session

from chalicelib.adapters.s3.objects import S3Objects, create_client
from chalicelib.core.queueing.object_store import SignedUpload
from infra.target import LOCAL_CREDENTIALS, LOCAL_REGION
from local_cloud.emulator import Emulator
from tests.patience import PATIENCE_S

DATA = b'{"text": "what was announced"}'
OTHER = DATA.replace(b"what", b"not ")


@pytest.fixture(scope="module")
def bucket(emulator: Emulator) -> S3Objects:
    name = f"uploads-{token_hex(4)}"
    where = {"region_name": LOCAL_REGION, "endpoint_url": emulator.edge_url, **LOCAL_CREDENTIALS}
    boto3.client("s3", **where).create_bucket(Bucket=name)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in (
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", LOCAL_REGION),
            ("AWS_ENDPOINT_URL_S3", emulator.edge_url),
        ):
            patch.setenv(variable, value)
        objects = S3Objects(lambda: create_client(Session()), name)
        objects.read("made now")  # its client
    return objects


def offered(bucket: S3Objects, key: str = "new/one", seconds: int = 60) -> SignedUpload:
    return bucket.sign_upload(key, len(DATA), sha256(DATA).hexdigest(), seconds)


def put(signed: SignedUpload, data: bytes, **changed: str | None) -> tuple[int, str]:
    """The status and the code of the answer."""
    headers = {name.lower(): value for name, value in signed.headers.items()}
    headers |= {name.replace("_", "-"): value for name, value in changed.items() if value is not None}
    for name in (name.replace("_", "-") for name, value in changed.items() if value is None):
        del headers[name]
    answer = requests.put(signed.url, data, headers=headers, timeout=20)
    code = answer.text.partition("<Code>")[2].partition("</Code>")[0]
    return answer.status_code, code


def test_what_was_announced_is_stored(bucket: S3Objects) -> None:
    assert put(offered(bucket), DATA) == (200, "")
    assert bucket.read("new/one") == DATA
    assert requests.get(bucket.sign_download("new/one", 60), timeout=20).content == DATA


def test_other_bytes_of_the_same_length_are_refused(bucket: S3Objects) -> None:
    assert put(offered(bucket, "new/other"), OTHER) == (400, "BadDigest")
    assert bucket.read("new/other") is None


def test_another_length_is_refused_even_with_its_own_checksum(bucket: S3Objects) -> None:
    longer = DATA + b" "
    checksum = base64.b64encode(sha256(longer).digest()).decode()
    signed = offered(bucket, "new/longer")
    assert put(signed, longer, x_amz_checksum_sha256=checksum) == (403, "SignatureDoesNotMatch")
    assert put(signed, longer)[0] in (400, 403)
    assert bucket.read("new/longer") is None


@pytest.mark.parametrize(
    "changed", [{"x_amz_checksum_sha256": None}, {"content_type": "text/html"}, {"x_amz_acl": "public-read"}]
)
def test_the_headers_must_be_those_that_were_signed(
    bucket: S3Objects, changed: dict[str, str | None]
) -> None:
    status, code = put(offered(bucket, "new/headers"), DATA, **changed)
    assert (status, code) in [(403, "SignatureDoesNotMatch"), (403, "AccessDenied")]
    assert bucket.read("new/headers") is None


def test_another_key_is_refused(bucket: S3Objects) -> None:
    signed = offered(bucket)
    moved = signed._replace(url=signed.url.replace("new/one", "kept-7/one"))
    assert put(moved, DATA) == (403, "SignatureDoesNotMatch")
    assert bucket.read("kept-7/one") is None


def test_an_upload_that_has_expired_is_refused(bucket: S3Objects) -> None:
    signed = offered(bucket, "new/late", 1)
    limit = time.monotonic() + PATIENCE_S
    while (answer := put(signed, DATA)) == (200, "") and time.monotonic() < limit:
        time.sleep(0.2)
    assert answer == (403, "AccessDenied")
