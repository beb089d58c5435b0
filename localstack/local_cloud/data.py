"""The folder in which a stack keeps its data: outside the checkout, and readable by its owner only."""

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import psutil

from local_cloud.environment import DATA_VARIABLE
from local_cloud.errors import LocalCloudError
from local_cloud.processes import MARK, read
from local_cloud.settings import DATA, NOTHING

FORMAT = "1"  # another one is refused; raise it if DynamoDB Local or the extension cannot read earlier files
FORMAT_FILE = "format"
APPLICATION_FILE = "application"
DATABASE = "shared-local-instance.db"  # as DynamoDB Local names it
OWNER_ONLY = 0o700


def directory_of(checkout: Path, given: str, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder for the stack of this checkout; None if nothing is to be kept.

    `given` is the setting. If it is empty, the folder is below XDG_STATE_HOME, and its name is made from the
    path of the checkout. A path that is not absolute begins at the checkout.
    """
    if given == NOTHING:
        return None
    if given:
        return checkout / Path(given).expanduser()
    states = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return states / "gurukool" / f"{checkout.name}-{sha256(str(checkout).encode()).hexdigest()[:8]}"


class Data:
    """The data of one stack, whose emulator may run or not."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()

    def exist(self) -> bool:
        return (self.directory / FORMAT_FILE).exists()

    def application(self) -> Path | None:
        """The folder of the application that was deployed last; None if there was none."""
        file = self.directory / APPLICATION_FILE
        path = os.fsdecode(file.read_bytes()) if file.exists() else ""
        return Path(path) if path else None

    def note_application(self, folder: Path | None) -> None:
        """Of what was deployed just now. Whoever then starts the stack need not name it."""
        (self.directory / APPLICATION_FILE).write_bytes(os.fsencode(folder.resolve()) if folder else b"")

    def prepare(self) -> None:
        """Makes the folder, or checks it. Nothing may be using it.

        Raises LocalCloudError, which says what to do, if it cannot be used. Nothing is deleted.
        """
        try:
            self._prepare()
        except OSError as error:
            raise LocalCloudError(
                f"The data cannot be kept in {self.directory}: {error.strerror}. Choose another folder with "
                f"{DATA.name}=…, or {DATA.name}={NOTHING} to keep nothing."
            ) from None

    def delete(self) -> None:
        """Deletes the folder. Nothing may be using it.

        Raises LocalCloudError if it is not a folder of data.
        """
        if not self.directory.exists():
            return
        if not self.exist() and any(self.directory.iterdir()):
            raise LocalCloudError(self._foreign())
        shutil.rmtree(self.directory)

    def _prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        self.directory.chmod(OWNER_ONLY)
        if other := self._user():
            raise LocalCloudError(
                f"The stack in {other} uses the data in {self.directory}. Stop it (`make down`), or choose "
                f"another folder with {DATA.name}=…."
            )
        if not self.exist():
            if any(self.directory.iterdir()):
                raise LocalCloudError(self._foreign())
            (self.directory / FORMAT_FILE).write_text(f"{FORMAT}\n")
        self._check_format()
        self._check_documents()
        self._check_database()

    def _check_format(self) -> None:
        found = (self.directory / FORMAT_FILE).read_text(errors="replace").strip()
        if found != FORMAT:
            raise LocalCloudError(
                f"The data in {self.directory} have the format {found!r} of another release of Gurukool; "
                f"this one reads {FORMAT!r}. Run that release, or delete the data: `make reset`."
            )

    def _check_documents(self) -> None:
        for path in self.directory.glob("*.json"):
            try:
                json.loads(path.read_text())
            except ValueError as error:
                raise LocalCloudError(self._damaged(path, str(error))) from None

    def _check_database(self) -> None:
        database = self.directory / DATABASE
        if not database.exists():
            return
        try:
            with contextlib.closing(sqlite3.connect(database)) as opened:
                [complaint] = opened.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            complaint = str(error)
        if complaint != "ok":
            raise LocalCloudError(self._damaged(database, complaint))

    def _user(self) -> str | None:
        """The folder of the stack that uses these data now."""
        for process in map(read, psutil.pids()):
            if process and process.environment.get(DATA_VARIABLE) == str(self.directory):
                return process.environment.get(MARK, "?")
        return None

    @staticmethod
    def _damaged(path: Path, why: str) -> str:
        return (
            f"The file {path} is damaged ({why}). Put a copy of the folder back, if you have one, or delete "
            "the data: `make reset`."
        )

    def _foreign(self) -> str:
        return (
            f"{self.directory} has files, and they are not the data of a stack. Nothing was changed. Choose "
            f"another folder with {DATA.name}=…."
        )
