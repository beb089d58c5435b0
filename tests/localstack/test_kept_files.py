"""The files in which the extension keeps what LocalStack knows."""

from datetime import UTC, datetime
from pathlib import Path

from gurukool_localstack.kept import files


def test_what_was_written_is_read(tmp_path: Path) -> None:
    document = {"moment": datetime(2026, 11, 29, tzinfo=UTC), "bytes": b"\x00\xff", "list": [1, "é", None]}
    path = tmp_path / "document.json"

    files.write(path, document)

    assert files.read(path) == document
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert files.read(tmp_path / "document.json") is None
