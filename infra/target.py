"""Where a stack is deployed: to an account of AWS, or to a local cloud."""

import argparse
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from infra.errors import DeployError

STACK = "gurukool"
LOCAL_REGION = "us-east-1"
# LocalStack requires credentials and accepts any.
LOCAL_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
# AWS_ENDPOINT_URL names the local cloud, so a client of AWS ignores it.
AWS: dict[str, Any] = {"config": Config(ignore_configured_endpoint_urls=True)}
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64"}


@dataclass(frozen=True)
class Target:
    """One stack in one region, and how to reach the services there."""

    region: str
    stack: str = STACK
    endpoint: str | None = None
    """Address of LocalStack; None means AWS."""

    @property
    def local(self) -> bool:
        return self.endpoint is not None

    @property
    def on_mac(self) -> bool:
        """Whether the functions run on macOS, which needs packages of its own."""
        return self.local and sys.platform == "darwin"

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters whose values here differ from their defaults."""
        if not self.local:
            return {}
        return {
            "Architecture": _architecture(platform.machine()),
            "DeletionProtection": "off",
            "SampleHandlers": "on",
            # Each worker is a process here, so a small machine limits their number.
            "MaximumConcurrency": "16",
            "SlowMaximumConcurrency": "8",
            "LongMaximumConcurrency": "4",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of the service, for example `s3`."""
        return boto3.client(service, region_name=self.region, **(self._local() if self.local else AWS))

    def _local(self) -> dict[str, Any]:
        # A proxy of the environment could not reach this machine.
        config = Config(s3={"addressing_style": "path"}, proxies={})
        return {"endpoint_url": self.endpoint, "config": config, **LOCAL_CREDENTIALS}


def local_cloud(endpoint: str, stack: str = STACK) -> Target:
    """The stack in the LocalStack that answers at `endpoint`, a URL with a port."""
    return Target(region=LOCAL_REGION, stack=stack, endpoint=endpoint)


def on_aws(stack: str, region: str | None = None) -> Target:
    """The stack on AWS, in `region` or else in the region of the caller's profile.

    Raises DeployError if there is neither.
    """
    found = region or boto3.Session().region_name
    if not found:
        raise DeployError("No region is set: give --region, or set AWS_DEFAULT_REGION.")
    return Target(found, stack)


def add_target(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name a stack on AWS."""
    parser.add_argument("--stack", required=True, help="name of the stack on AWS")
    parser.add_argument("--region", help="region of AWS, if not the one of your profile")


def _architecture(machine: str) -> str:
    """Lambda's name for the processor. Raises DeployError."""
    if machine not in ARCHITECTURES:
        raise DeployError(f"Lambda runs on x86_64 and arm64; this machine is {machine}.")
    return ARCHITECTURES[machine]


def run_on_aws(
    arguments: list[str],
    parser: argparse.ArgumentParser,
    run: Callable[[Callable[[], Target], argparse.Namespace], None],
) -> None:
    """Runs a program for a stack on AWS that the arguments name."""
    add_target(parser)
    given = parser.parse_args(arguments)
    run(lambda: on_aws(given.stack, given.region), given)
