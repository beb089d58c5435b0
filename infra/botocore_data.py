"""Reduces botocore's data to the services that the functions use.

botocore describes 400 services. For its first client it lists all of them and parses all their endpoints, and
for each service that it uses it parses the manual too. Without these, a cold start takes a tenth less CPU
time.
"""

import gzip
import json
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import botocore

from infra.errors import DeployError

DATA = Path(botocore.__file__).parent / "data"
# Services that botocore does not call what permissions call them.
CALLED = {
    "bedrock": ("bedrock-runtime",),
    "es": ("opensearch",),
    "execute-api": ("apigatewaymanagementapi",),
    "ses": ("ses", "sesv2"),
    "states": ("stepfunctions",),
}
# Those of an application's permissions are added to them.
SERVICES = {"cloudwatch", "dynamodb", "secretsmanager", "sqs", "sts", "xray"}


def services(prefixes: Iterable[str]) -> set[str]:
    """The names that botocore has for the services that permissions name.

    Raises DeployError if botocore does not know one of them.
    """
    found = {name for prefix in prefixes for name in CALLED.get(prefix, (prefix,))}
    if unknown := sorted(name for name in found if not (DATA / name).is_dir()):
        raise DeployError(f"There is no service {' and '.join(unknown)} of AWS. Look at the permissions.")
    return found


def cut_down(data: Path, services: Collection[str] = SERVICES) -> None:
    """Deletes from `data`, the directory of that name in botocore, what these services do not need."""
    for service in data.glob("*/"):
        if service.name not in services:
            shutil.rmtree(service)
    endpoints = data / "endpoints.json"
    _write(endpoints, _of_services(json.loads(endpoints.read_bytes()), services))
    for model in data.rglob("service-2.json.gz"):
        # Without the manual it is small, so it is stored unpacked, which saves time in each cold start.
        _write(model.with_suffix(""), _without_manual(json.loads(gzip.decompress(model.read_bytes()))))
        model.unlink()


def _of_services(endpoints: dict[str, Any], services: Collection[str]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        partition["services"] = {name: of for name, of in partition["services"].items() if name in services}
    return endpoints


def _without_manual(model: Any) -> Any:
    """The model without its texts named `documentation`. A member may have that name too, but is no text."""
    if isinstance(model, dict):
        kept = {key: of for key, of in model.items() if key != "documentation" or not isinstance(of, str)}
        return {key: _without_manual(of) for key, of in kept.items()}
    return [_without_manual(part) for part in model] if isinstance(model, list) else model


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")))
