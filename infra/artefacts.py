"""The bucket from which CloudFormation reads the template and the code."""

import hashlib
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.application import TEMPLATE
from infra.errors import DeployError
from infra.target import Target

# The property of each resource type that names a file beside the template.
FILES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
PRIVATE = dict.fromkeys(
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True
)
ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


LONGEST_NAME = 63  # the limit of S3


def bucket_name(stack: str, rest: str) -> str:
    """The name of a stack's bucket. If it is too long, the stack's name is cut and a hash of it is added.

    >>> bucket_name("gurukool", "artefacts-1-us-east-1")
    'gurukool-artefacts-1-us-east-1'
    """
    name = f"{stack}-{rest}".lower()
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(stack.encode()).hexdigest()[:8]
    return f"{stack[: LONGEST_NAME - len(rest) - len(digest) - 2]}-{digest}-{rest}".lower()


class Artefacts:
    """A private, encrypted bucket.

    The key of an artefact is the hash of its content, so it is uploaded once.
    """

    def __init__(self, target: Target) -> None:
        self._region = target.region
        self._s3 = target.client("s3")
        self._account = target.client("sts").get_caller_identity()["Account"]
        self.bucket = bucket_name(target.stack, f"artefacts-{self._account}-{target.region}")

    def upload(self, package: Path) -> str:
        """Uploads the files of the package and returns the URL of its template. Raises DeployError."""
        self._ensure_bucket()
        template = json.loads((package / TEMPLATE).read_text())
        keys = {path.name: self._put(path.read_bytes(), path.suffix) for path in package.glob("*.zip")}
        for resource in template["Resources"].values():
            self._point_into_bucket(resource, keys)
        key = self._put(json.dumps(template).encode(), ".json")
        return f"{self._s3.meta.endpoint_url}/{self.bucket}/{key}"

    def _point_into_bucket(self, resource: dict[str, Any], keys: dict[str, str]) -> None:
        name = FILES.get(resource["Type"])
        if name:
            file = Path(resource["Properties"][name]).name
            resource["Properties"][name] = {"Bucket": self.bucket, "Key": keys[file]}

    def _put(self, content: bytes, suffix: str) -> str:
        key = hashlib.sha256(content).hexdigest() + suffix
        if not self._exists(self._s3.head_object, Key=key):
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=content, ExpectedBucketOwner=self._account)
        return key

    def _ensure_bucket(self) -> None:
        if self._exists(self._s3.head_bucket):
            return
        # S3 does not accept the name of us-east-1 here.
        place = {} if self._region == "us-east-1" else {"LocationConstraint": self._region}
        configuration = {"CreateBucketConfiguration": place} if place else {}
        self._s3.create_bucket(Bucket=self.bucket, **configuration)
        self._s3.put_public_access_block(Bucket=self.bucket, PublicAccessBlockConfiguration=PRIVATE)
        self._s3.put_bucket_encryption(Bucket=self.bucket, ServerSideEncryptionConfiguration=ENCRYPTED)

    def _exists(self, head: Any, **what: str) -> bool:
        """Whether it exists in this account.

        Raises DeployError if the bucket is another account's, or is not readable.
        """
        try:
            head(Bucket=self.bucket, ExpectedBucketOwner=self._account, **what)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == HTTPStatus.FORBIDDEN:
                raise DeployError(
                    f"The bucket {self.bucket} may not be used. Give these credentials access to it; "
                    "if it belongs to another account, choose another stack name."
                ) from error
            if status != HTTPStatus.NOT_FOUND:
                raise
            return False
        return True
