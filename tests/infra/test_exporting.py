"""What operators write into files: what is stored about a user, and the audit log."""

import json
import tarfile
from pathlib import Path

import pytest

from chalicelib.core.identity.audit import Entry
from chalicelib.core.queueing.access import service_access
from chalicelib.core.queueing.enqueue import Work
from infra import audit_export, exporting
from infra.errors import DeployError
from infra.target import on_aws
from local_cloud.api_client import Session
from tests.answers.exporting import LARGE, export_all
from tests.e2e.users import sign_up
from tests.infra.cloud import REGION, Cloud
from tests.infra.documents import TABLES

OUTPUTS = {table: table for table in TABLES}


def test_the_file_has_what_the_user_gets_from_the_api(cloud: Cloud, tmp_path: Path) -> None:
    cloud.become("APIHandler")
    user, path = sign_up(cloud.api), tmp_path / "user.tar.gz"
    for text in ("small", LARGE):
        user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"text": text}})
    later = {"type": "echo", "enter_at": "2027-10-01T00:00:00Z"}
    user.session.ask("POST", "/api/queue/scheduled", later)

    exporting.export(on_aws("gurukool", REGION), OUTPUTS, user.username, path)

    with tarfile.open(path) as archive:
        written = [
            {"kind": member.name.removesuffix(".ndjson"), "data": json.loads(line)}
            for member in archive.getmembers()
            for line in (archive.extractfile(member) or ())
        ]
    assert [record["kind"] for record in written] == [
        *("account", "session", "queue", "scheduled", "request", "request", "audit")
    ]
    assert written == list(export_all(Session(cloud.api, user.session.access_token)))


def test_a_name_of_which_only_scheduled_requests_are_stored_has_a_file(cloud: Cloud, tmp_path: Path) -> None:
    cloud.become("APIHandler")
    work, enter_at = Work("echo", "{}"), cloud.container.adapters.clock.now() + 60_000
    cloud.container.queueing.scheduling.schedule("ada", service_access("k1"), work, enter_at, None)
    path = tmp_path / "ada.tar.gz"

    exporting.export(on_aws("gurukool", REGION), OUTPUTS, "ada", path)

    with tarfile.open(path) as archive:
        assert archive.getnames() == ["scheduled.ndjson", "audit.ndjson"]


def test_there_is_no_file_about_nobody(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(DeployError):
        exporting.export(on_aws("gurukool", REGION), OUTPUTS, "nobody", tmp_path / "nobody.tar.gz")


def test_the_audit_log_is_written_with_all_its_months(cloud: Cloud, tmp_path: Path) -> None:
    cloud.become("APIHandler")
    path, audit = tmp_path / "audit.ndjson", cloud.container.adapters.audit
    entries = [Entry(f"{at:015d}-0", at, "root", "pause queue", "ada", "1", "2") for at in (1, 2**41)]
    for entry in entries:
        audit.add(entry)

    audit_export.export(on_aws("gurukool", REGION), OUTPUTS, path)

    lines = sorted(map(json.loads, path.read_text().splitlines()), key=lambda line: line["at"])
    assert [Entry(**line) for line in lines] == entries


@pytest.mark.parametrize(("days", "expires_at"), [("0", None), ("30", 30 * 86_400)])
def test_entries_of_the_audit_log_are_kept_as_long_as_the_operator_says(
    cloud: Cloud, days: str, expires_at: int | None
) -> None:
    cloud.become("APIHandler", AUDIT_RETENTION_DAYS=days)

    cloud.container.adapters.audit.add(Entry("1", 0, "root", "pause queue", "ada"))

    [item] = cloud.container.adapters.tables.audit.scan()
    assert item.expires_at == expires_at
