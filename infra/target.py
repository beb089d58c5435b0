"""Where a stack is deployed: an account of AWS, or the local cloud."""

import argparse
import platform
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from infra.errors import DeployError
from local_cloud.ports import HOST
from local_cloud.settings import load

STACK = "gurukool"
LOCAL_REGION = "us-east-1"
# LocalStack asks for credentials and accepts any.
LOCAL_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
# AWS_ENDPOINT_URL is for the local cloud: whoever says AWS means AWS.
AWS: dict[str, Any] = {"config": Config(ignore_configured_endpoint_urls=True)}
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64"}


@dataclass(frozen=True)
class Target:
    region: str
    stack: str = STACK
    endpoint: str | None = None
    """Address of LocalStack; None means AWS."""

    @property
    def local(self) -> bool:
        return self.endpoint is not None

    @property
    def parameters(self) -> dict[str, str]:
        """What differs here from the template's defaults."""
        if not self.local:
            return {}
        return {
            "Architecture": _architecture(platform.machine()),
            "DeletionProtection": "off",
            "SampleHandlers": "on",
            # A worker is a process of its own: as many as a small machine holds.
            "MaximumConcurrency": "16",
            "SlowMaximumConcurrency": "8",
        }

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.region, **(self._local() if self.local else AWS))

    def _local(self) -> dict[str, Any]:
        paths = Config(s3={"addressing_style": "path"})
        return {"endpoint_url": self.endpoint, "config": paths, **LOCAL_CREDENTIALS}


def local_cloud(endpoint: str, stack: str = STACK) -> Target:
    return Target(region=LOCAL_REGION, stack=stack, endpoint=endpoint)


def add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stack", help="a stack on AWS; without it, the local cloud")
    parser.add_argument("--region", help="region of AWS, if not the one of your profile")


def chosen(stack: str | None, region: str | None) -> Target:
    """What the command line says: a stack on AWS, or the local cloud. Raises DeployError."""
    if not stack:
        return local_cloud(f"http://{HOST}:{load().edge_port}")
    found = region or boto3.Session().region_name
    if not found:
        raise DeployError("No region is set: give --region, or set AWS_DEFAULT_REGION.")
    return Target(found, stack)


def _architecture(machine: str) -> str:
    """Lambda's name for the processor. Raises DeployError."""
    if machine not in ARCHITECTURES:
        raise DeployError(f"Lambda runs on x86_64 and arm64; this machine is {machine}.")
    return ARCHITECTURES[machine]
