"""Reduces botocore's data to the services that the functions use.

botocore describes 400 services. For its first client it lists all of them and parses all their endpoints, and
for each service that it uses it parses the manual too. Without these, a cold start takes a tenth less CPU
time.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

# A handler that calls another service through botocore needs it here.
SERVICES = {"dynamodb", "secretsmanager", "sqs", "sts", "xray"}


def cut_down(data: Path) -> None:
    """Deletes what is not needed from `data`, the directory of that name in botocore."""
    for service in data.glob("*/"):
        if service.name not in SERVICES:
            shutil.rmtree(service)
    endpoints = data / "endpoints.json"
    _write(endpoints, _of_our_services(json.loads(endpoints.read_bytes())))
    for model in data.rglob("service-2.json.gz"):
        # Without the manual it is small, so it is stored unpacked, which saves time in each cold start.
        _write(model.with_suffix(""), _without_manual(json.loads(gzip.decompress(model.read_bytes()))))
        model.unlink()


def _of_our_services(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        partition["services"] = {name: of for name, of in partition["services"].items() if name in SERVICES}
    return endpoints


def _without_manual(model: Any) -> Any:
    """The model without its texts named `documentation`. A member may have that name too, but is no text."""
    if isinstance(model, dict):
        kept = {key: of for key, of in model.items() if key != "documentation" or not isinstance(of, str)}
        return {key: _without_manual(of) for key, of in kept.items()}
    return [_without_manual(part) for part in model] if isinstance(model, list) else model


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")))
