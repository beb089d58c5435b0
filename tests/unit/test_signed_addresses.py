"""The hosts of signed calls: what is signed cannot be called at another host."""

from urllib.parse import urlsplit

import pytest
from botocore.session import Session

from chalicelib.adapters.s3.objects import S3Objects, create_client

BUCKET = "gurukool-uploads"
SHA256 = "00" * 32


def signed(region: str, endpoint: str | None = None) -> list[str]:
    """The addresses of an upload and of a download, without their queries; nothing is called."""
    session = Session()
    session.set_credentials("somebody", "secret")
    session.set_config_variable("region", region)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
        if endpoint:
            patch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        objects = S3Objects(lambda: create_client(session), BUCKET)
        urls = objects.sign_upload("new/a", 2, SHA256, 60).url, objects.sign_download("kept-7/a", 60)
    return [urlsplit(url)._replace(query="").geturl() for url in urls]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-central-1", f"{BUCKET}.s3.eu-central-1.amazonaws.com"),
        ("me-central-1", f"{BUCKET}.s3.me-central-1.amazonaws.com"),  # opened after March 2019
        ("cn-north-1", f"{BUCKET}.s3.cn-north-1.amazonaws.com.cn"),
        ("us-east-1", f"{BUCKET}.s3.amazonaws.com"),  # the global host is in this region
    ],
)
def test_a_call_is_signed_for_the_host_of_the_bucket_in_its_region(region: str, host: str) -> None:
    assert signed(region) == [f"https://{host}/new/a", f"https://{host}/kept-7/a"]


def test_in_the_local_cloud_the_bucket_is_in_the_path() -> None:
    edge = "http://127.0.0.1:4566"
    assert signed("us-east-1", edge) == [f"{edge}/{BUCKET}/new/a", f"{edge}/{BUCKET}/kept-7/a"]
