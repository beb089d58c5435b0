"""Deploys the stack to AWS or to the local cloud, or deletes it.

localstack/run -m infra.deploy [--stack NAME] [--region REGION] [--parameter NAME=VALUE ...]
localstack/run -m infra.deploy --local [...]
localstack/run -m infra.deploy --delete [...]
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from bootstrap.errors import SetupError
from infra import parameters, template
from infra.artefacts import Artefacts
from infra.errors import DeployError, told
from infra.events import Report
from infra.package import package
from infra.stack import Stack
from infra.target import STACK, Target, local_cloud

Outputs = dict[str, str]
LOCAL_ENDPOINT = "http://127.0.0.1:4566"
# Seconds between two looks at a stack that is being changed.
LOCAL_PAUSE = 0.1
AWS_PAUSE = 2.0


def deploy(target: Target, given: Mapping[str, str], report: Report) -> Outputs:
    """Creates or updates the stack and gives its outputs.

    A parameter that is not given keeps the value it has in the stack. Raises SetupError with a sentence,
    and botocore's own errors where the cloud cannot be reached or refuses the credentials.
    """
    stack = _stack(target, report)
    declared = template.load()["Parameters"]
    values = parameters.resolve(declared, target.parameters | stack.parameters(), given)
    with TemporaryDirectory(prefix="gurukool-deploy-") as temporary:
        report("packaging the application")
        package(values["Architecture"], Path(temporary))
        report("sending it")
        url = Artefacts(target).upload(Path(temporary))
    stack.apply(url, values)
    return stack.outputs()


def delete(target: Target, report: Report) -> None:
    """Deletes the stack. Its tables stay, since they hold what users were promised."""
    _stack(target, report).delete()


def _stack(target: Target, report: Report) -> Stack:
    seconds = LOCAL_PAUSE if target.local else AWS_PAUSE
    return Stack(target.client("cloudformation"), target.stack, report, lambda: time.sleep(seconds))


def main(arguments: list[str]) -> None:
    given = _parse(arguments)
    try:
        target = _target(given)
        if given.delete:
            delete(target, print)
        else:
            print(json.dumps(deploy(target, dict(given.parameter), print), indent=2))
    except (SetupError, BotoCoreError, ClientError) as error:
        sys.exit(told(error))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Deploy Gurukool to AWS or to the local cloud.")
    parser.add_argument("--local", action="store_true", help="the LocalStack at $AWS_ENDPOINT_URL")
    parser.add_argument("--stack", default=STACK, help=f"name of the stack ({STACK})")
    parser.add_argument("--region", help="region of AWS, if not the one of your profile")
    parser.add_argument("--parameter", action="append", default=[], type=_pair, metavar="NAME=VALUE")
    parser.add_argument("--delete", action="store_true", help="delete the stack; its tables stay")
    return parser.parse_args(arguments)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _target(given: argparse.Namespace) -> Target:
    if given.local:
        return local_cloud(os.environ.get("AWS_ENDPOINT_URL", LOCAL_ENDPOINT), given.stack)
    region = given.region or boto3.Session().region_name
    if not region:
        raise DeployError("No region is set: give --region, or set AWS_DEFAULT_REGION.")
    return Target(region, given.stack)


if __name__ == "__main__":
    main(sys.argv[1:])
