"""The Java process of DynamoDB Local: from an archive of its classes, and what is said when it fails."""

import dataclasses
import shutil
from pathlib import Path

import psutil
import pytest

from bootstrap.installation import install
from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from tests.free_ports import free_ports


def java_of(emulator: Emulator) -> psutil.Process:
    [process] = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"port={emulator.ports.dynamodb}" in (process.info["cmdline"] or ())
    ]
    return process


def test_it_reads_its_classes_from_the_archive(emulator: Emulator) -> None:
    directory = install().dynamodb_classes
    assert directory is not None
    archive = directory / "classes.jsa"
    assert str(archive) in {mapping.path for mapping in java_of(emulator).memory_maps()}


def test_a_damaged_database_is_reported_at_once(tmp_path: Path) -> None:
    installed = install()
    broken = tmp_path / "dynamodb"
    broken.mkdir()
    (broken / "DynamoDBLocal.jar").write_bytes((installed.dynamodb / "DynamoDBLocal.jar").read_bytes()[:1000])
    shutil.copytree(installed.dynamodb / "DynamoDBLocal_lib", broken / "DynamoDBLocal_lib", symlinks=True)
    damaged = dataclasses.replace(installed, dynamodb=broken, dynamodb_classes=None)
    with (
        pytest.raises(LocalCloudError, match=r"(?s)ended while it was starting.*is damaged.*Error: "),
        Emulator(free_ports(), tmp_path / "state", installation=damaged),
    ):
        pass
