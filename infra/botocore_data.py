"""Reduces botocore's data to the services that the functions use.

botocore describes 400 services. For its first client it lists all of them and parses all their endpoints, and
for each service that it uses it parses the manual too. Without these, a cold start takes a tenth less CPU
time.
"""

import gzip
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore

DATA = Path(botocore.__file__).parent / "data"
HEAD = 4096  # bytes of a model, which begins with its metadata
NAMES = re.compile(rb'"(?:signingName|endpointPrefix)": *"([^"]+)"')
# Permissions whose prefix is neither a name of botocore nor one for which calls are signed.
CALLED = {"rds-db": {"rds"}}  # whose client signs the token with which a handler connects
# What the functions call. The services of an application's permissions are added to them.
SERVICES = {"cloudwatch", "dynamodb", "secretsmanager", "sqs", "sts", "xray"}


def services(prefixes: Iterable[str]) -> set[str]:
    """The names that botocore has for the services that permissions name, as far as it knows them."""
    return {name for prefix in prefixes for name in _clients(prefix)}


def unknown(prefixes: Iterable[str]) -> list[str]:
    """Those for which botocore has no client: a slip, or permissions that are used without one."""
    return [prefix for prefix in prefixes if not services([prefix])]


def _clients(prefix: str) -> set[str]:
    """That of this name, and those whose calls are signed for it.

    They are often several: `sagemaker:` permits calls of sagemaker and of sagemaker-runtime, and `es:` those
    of es and of its successor opensearch.
    """
    named = {prefix} if (DATA / prefix).is_dir() else set[str]()
    return named | _signed_as().get(prefix, set()) | CALLED.get(prefix, set())


@cache
def _signed_as() -> Mapping[str, set[str]]:
    """Services by the name for which their calls are signed: `amp` has the prefix `aps`, for example."""
    found = defaultdict[str, set[str]](set)
    for model in DATA.glob("*/*/service-2.json.gz"):
        with gzip.open(model) as file:
            for name in NAMES.findall(file.read(HEAD)):
                found[name.decode()].add(model.parents[1].name)
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
        described = _without_manual(json.loads(gzip.decompress(model.read_bytes())))
        for parameter in described.get("clientContextParams", {}).values():
            parameter["documentation"] = ""  # which botocore reads
        _write(model.with_suffix(""), described)
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
