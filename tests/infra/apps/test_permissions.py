"""The workers of an application may do what its handlers do, and no more."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from bootstrap.cache import CHECKOUT
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime.clock import SystemClock
from infra.apps import folder
from infra.package import package
from tests.infra.caller import Caller
from tests.infra.cloud import Call, Cloud
from tests.infra.documents import Document
from tests.infra.grants import granted

LEDGER = CHECKOUT / "examples/ledger"
DEPOSIT = {"type": "deposit", "payload": {"account": "checking", "cents": 500}}
SAVE = {"type": "deposit", "payload": {"account": "savings", "cents": 1}}
TRANSFER = {"type": "transfer", "payload": {"source": "checking", "target": "savings", "cents": 200}}
AUDIT = {"type": "audit", "payload": {"period": "2026-11"}}


@pytest.fixture(scope="module")
def packaged_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, and in `root` what is unpacked in a function."""
    target = tmp_path_factory.mktemp("ledger")
    package("arm64", target, folder.read(LEDGER))
    shutil.unpack_archive(target / "application.zip", target / "root")
    return target


@pytest.fixture
def ledger(packaged_ledger: Path) -> Document:
    document: Document = json.loads((packaged_ledger / "template.json").read_text())
    return document


@pytest.fixture
def cloud(ledger: Document, packaged_ledger: Path) -> Iterator[Cloud]:
    root = packaged_ledger / "root"
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.syspath_prepend(root)
        yield Cloud(ledger, patch, root)
    for name in [name for name in sys.modules if name.partition(".")[0] == "handlers"]:
        del sys.modules[name]  # other applications have such a package too


def owned(calls: set[Call]) -> set[Call]:
    """Those that touch resources of the application."""
    return {(action, resource) for action, resource in calls if resource.startswith("App")}


def test_workers_may_do_what_the_handlers_do_and_no_more(ledger: Document, cloud: Cloud) -> None:
    cloud.become("APIHandler")
    caller = Caller(cloud, idempotency_key=None)
    caller.enqueue_as("ada")
    for order in (DEPOSIT, SAVE, TRANSFER, AUDIT):
        caller.call("POST", "/api/queue/enqueue", order)
    assert "handlers.transfers" in sys.modules, "it has a check"
    assert "handlers.audit" not in sys.modules
    # No time passes: a first request that a busy machine makes slow would go to the slow worker.
    recorder = cloud.become("Worker", clock=ManualClock(SystemClock().now()))
    cloud.deliver(cloud.functions.worker, "WakeUps")

    cloud.become("APIHandler")
    answered = [caller.call("GET", f"/api/queue/requests/{seq}")["status"] for seq in range(1, 6)]
    assert answered == ["succeeded"] * 5
    assert owned(recorder.calls) == owned(granted(ledger, "WorkerRole"))
    for role in ("SlowWorkerRole", "LongWorkerRole"):
        assert owned(granted(ledger, role)) == owned(granted(ledger, "WorkerRole"))


@pytest.mark.parametrize("role", ["ApiHandlerRole", "SweeperRole"])
def test_what_runs_no_handlers_may_do_nothing_with_them(ledger: Document, role: str) -> None:
    assert owned(granted(ledger, role)) == set()
