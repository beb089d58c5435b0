"""Deploys the textbook design to a local cloud of its own."""

import secrets
import shutil
import sys
from pathlib import Path

from bootstrap import uv
from bootstrap.cache import Entry
from infra import archive
from infra.target import Target, local_cloud
from local_cloud.emulator import Emulator

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
FUNCTIONS = HERE / "functions"
BUCKET = "textbook"
API, WORKER = "textbook-api", "textbook-worker"  # the names of the functions


def deploy(emulator: Emulator) -> str:
    """Deploys it, and returns the key with which its tokens are signed. Raises SetupError, WaiterError.

    Its API has the name of ours, because the quick port of a local cloud serves the API with that name.
    """
    target, key = local_cloud(emulator.edge_url, "textbook"), secrets.token_hex(32)
    code = _upload(target)
    values = {
        "Bucket": BUCKET,
        "Code": code,
        "Architecture": target.parameters["Architecture"],
        "TokenKey": key,
    }
    cloudformation = target.client("cloudformation")
    cloudformation.create_stack(
        StackName=target.stack,
        TemplateBody=(HERE / "template.json").read_text(),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=target.stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    return key


def _upload(target: Target) -> str:
    packages = Entry("textbook", REQUIREMENTS.read_bytes(), *(p.read_bytes() for p in FUNCTIONS.iterdir()))
    packages.ensure(_build)
    s3 = target.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.upload_file(str(packages.path / "code.zip"), BUCKET, "code.zip")
    return "code.zip"


def _build(directory: Path) -> None:
    content = directory / "content"
    uv.run(
        *("pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"),
        *("--python", sys.executable, "--target", content, "--requirement", REQUIREMENTS),
    )
    shutil.copytree(FUNCTIONS, content, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    archive.byte_compile(content, "/var/task")
    archive.write_zip(content, directory / "code.zip")
    shutil.rmtree(content)
