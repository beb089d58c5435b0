"""The folder in which a stack keeps its data: outside the checkout, and readable by its owner only.

The folder itself is locked (flock) by the process that uses it, which is LocalStack's.
"""

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import psutil

from local_cloud import disks
from local_cloud.environment import DATA_VARIABLE
from local_cloud.errors import LocalCloudError
from local_cloud.processes import MARK, read
from local_cloud.settings import DATA, NOTHING

FORMAT = "1"  # another one is refused; raise it if DynamoDB Local or the extension cannot read earlier files
FORMAT_FILE = "format"
APPLICATION_FILE = "application"
DELETING_FILE = "deleting"  # in place of the former, since a deletion has begun
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
        """Of what was deployed just now. Whoever then starts the stack need not name it. Raises OSError."""
        disks.write(self.directory / APPLICATION_FILE, os.fsencode(folder.resolve()) if folder else b"")

    def begin_with(self, application: Path | None) -> None:
        """Makes the folder, with nothing in it but the note of an application that is going to be deployed.

        Raises LocalCloudError, OSError.
        """
        with self.prepared():
            self.note_application(application)

    @contextlib.contextmanager
    def prepared(self) -> Iterator[int]:
        """Makes the folder, or checks it. Yields a descriptor that locks it.

        The folder stays locked until this context and every process that has inherited the descriptor end.
        Raises LocalCloudError, which says what to do, if the folder cannot be used. No data are deleted.
        """
        with contextlib.ExitStack() as stack:
            try:
                disks.make_folder(self.directory)
                lock = stack.enter_context(self._locked())
                self._prepare()
            except OSError as error:
                raise LocalCloudError(
                    f"The data cannot be kept in {self.directory}: {error.strerror}. Choose another folder "
                    f"with {DATA.name}=…, or {DATA.name}={NOTHING} to keep nothing."
                ) from None
            yield lock

    def delete(self) -> None:
        """Deletes the folder.

        Raises LocalCloudError if a process uses it, or if it is not a folder of data.
        """
        if not self.directory.exists():
            return
        with self._locked():
            self._require_own()
            self._clear()
            with contextlib.suppress(OSError):  # a link or a mount stays, with nothing in it
                self.directory.rmdir()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """Yields the descriptor that locks the folder. Raises LocalCloudError if a process uses it."""
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            if not self._lock(descriptor) or self._user():
                raise LocalCloudError(
                    f"{self._user() or 'Another process'} uses the data in {self.directory}. Stop it "
                    f"(`make down`), or choose another folder with {DATA.name}=…."
                )
            yield descriptor
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> bool:
        """Whether the folder is locked now, and was not deleted meanwhile."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return self.directory.exists() and os.path.samestat(os.fstat(descriptor), self.directory.stat())

    def _prepare(self) -> None:
        self._require_own()
        self.directory.chmod(OWNER_ONLY)
        if (self.directory / DELETING_FILE).exists():
            self._clear()
        if not self.exist():
            disks.write(self.directory / FORMAT_FILE, f"{FORMAT}\n".encode())
        self._check_format()
        self._check_documents()
        self._check_database()

    def _require_own(self) -> None:
        """Raises LocalCloudError if the folder has files and is not one of data, not even a part of one."""
        names = {path.name for path in self.directory.iterdir()}
        if names - {disks.unwritten(FORMAT_FILE)} and names.isdisjoint((FORMAT_FILE, DELETING_FILE)):
            raise LocalCloudError(
                f"{self.directory} has files, and they are not the data of a stack. Nothing was changed. "
                f"Choose another folder with {DATA.name}=…."
            )

    def _clear(self) -> None:
        """Deletes what is in the folder. If that is interrupted, the next command goes on with it."""
        deleting = self.directory / DELETING_FILE
        if self.exist():  # renamed, since a full disk has no room for another file
            (self.directory / FORMAT_FILE).rename(deleting)
        disks.empty(self.directory, last=deleting)

    def _check_format(self) -> None:
        path = self.directory / FORMAT_FILE
        found = path.read_text(errors="replace").strip()
        if not found:
            raise LocalCloudError(self._damaged(path, "it is empty"))
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
        """The stack that uses these data now, and that of a release that did not lock them."""
        for process in map(read, psutil.pids()):
            if process and process.environment.get(DATA_VARIABLE) == str(self.directory):
                return f"The stack in {process.environment.get(MARK, '?')}"
        return None

    @staticmethod
    def _damaged(path: Path, why: str) -> str:
        return (
            f"The file {path} is damaged ({why}). Put a copy of the folder back, if you have one, or delete "
            "the data: `make reset`."
        )
