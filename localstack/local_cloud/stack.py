"""The commands up, down, reset, status and kill-worker, for the stack of this checkout."""

import contextlib
import fcntl
import shlex
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local_cloud import disks
from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from local_cloud.owners import checkout_of
from local_cloud.processes import of_stack
from local_cloud.waiting import answers, wait_until

API_HEALTH = "/api/health"
API_SECONDS = 30.0
UP, BROKEN, DOWN = 0, 1, 3
NOT_STARTED = "The stack is down, and was not started again"


class Stack:
    """An emulator and the application that is deployed to it."""

    def __init__(
        self,
        emulator: Emulator,
        deploy: Callable[[Emulator], object],
        prepare: Callable[[], object] = lambda: None,
        choose: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """`choose` decides what is deployed, by the data, too: no other command changes them meanwhile. It
        returns the folder of the application, or None.

        `prepare` runs while the emulator starts. If it fails, `deploy` must fail for the same reason.
        """
        self._emulator = emulator
        self._state = emulator.state
        self._deploy = deploy
        self._prepare = prepare
        self._choose = choose
        self._data = emulator.data
        self._directories = [self._state, *([self._data.directory] if self._data else [])]
        self._with_data = "with the data" if self._data else "without the data"

    def up(self) -> None:
        """Starts the emulator if it does not run, deploys, and returns when the API answers.

        Raises LocalCloudError with the reason if that fails.
        """
        self._require_room()
        with self._alone():
            self._choose()
            self._bring_up()

    def down(self) -> None:
        """Stops everything. The data stay, if they are kept."""
        with self._alone():
            self._stop()
        if self._data and self._data.exist():
            say(f"Its data are in {self._data.directory}; `make down DATA=delete` deletes them.")

    def down_and_delete(self) -> None:
        """Stops everything and deletes the data.

        Raises LocalCloudError if another stack uses them, or if their folder has other things.
        """
        with self._alone():
            self._stop_and_delete()

    def reset(self) -> None:
        """Deletes the data and starts anew, with the same application. No other command begins in between.

        If it cannot start, or not deploy, the next `up` goes on with that application. Raises
        LocalCloudError, which names the application if it could not be noted.
        """
        with self._alone():
            application = self._choose()
            self._stop_and_delete()
            self._begin_with(application)
            self._require_room(NOT_STARTED)
            self._bring_up()

    def _begin_with(self, application: Path | None) -> None:
        """Notes the application in a new folder of data. Raises LocalCloudError."""
        if not self._data:
            return
        try:
            self._data.begin_with(application)
        except (LocalCloudError, OSError) as error:
            full = disks.full(self._directories)
            why = f"{full}. Make room." if full else f"{str(error).removesuffix('.')}."
            if application:
                app = shlex.quote(str(application.resolve()))
                why += f" Its application could not be noted: start it with `make up APP={app}`."
            raise LocalCloudError(f"{NOT_STARTED}: {why}") from error

    def status(self) -> int:
        """Prints the state and returns it as an exit status: UP, DOWN or BROKEN."""
        processes = of_stack(self._state)
        if not processes:
            say(self._nothing("The stack is down. Start it with `make up`."))
            return DOWN
        if complaint := self._complaint():
            say(f"{len(processes)} processes are running, but {complaint}")
            return BROKEN
        say(f"The stack is up ({len(processes)} processes): {self._emulator.api_url}")
        for call in self._emulator.refused_calls():
            say(f"AWS would refuse: {call['role']} may not {call['action']} on {call['resource']}.")
        return UP

    def kill_worker(self) -> None:
        """Kills the workers, as a crash does, to show that no request is lost."""
        workers = self._emulator.workers()
        for worker in workers:
            worker.kill()
        numbers = ", ".join(str(worker.pid) for worker in workers)
        say(f"Killed: {numbers}." if workers else "No worker runs. Send something that takes long first.")

    def _require_room(self, as_it_is: str = "Nothing was changed") -> None:
        if full := disks.full(self._directories):
            raise LocalCloudError(f"{as_it_is}: {full}. Make room, and try again.")

    def _bring_up(self) -> None:
        started = time.monotonic()
        if self._runs_as_wanted():
            say("The stack is already running; deploying what has changed.")
            self._deploy(self._emulator)
        else:
            self._start_anew()
        self._require_api()
        say(self._summary(time.monotonic() - started))

    def _stop(self) -> None:
        was_running = bool(of_stack(self._state))
        self._emulator.stop()
        say("The stack is down." if was_running else self._nothing("Nothing was running."))

    def _stop_and_delete(self) -> None:
        self._stop()
        if self._data:
            self._data.delete()
            say("Its data are deleted.")

    def _complaint(self) -> str | None:
        """What is wrong with the running stack, and how to repair it; None if it is well."""
        if full := disks.full(self._directories):
            return f"{full}. Make room: everything then goes on by itself."
        if not self._emulator.is_as_it_would_start_now():
            return (
                "they are incomplete, or their settings differ from the present ones. "
                f"`make up` starts a new stack, {self._with_data}."
            )
        if not self._emulator.database_answers():
            return f"DynamoDB Local does not answer. `make up` starts a new stack, {self._with_data}."
        if not answers(self._emulator.ports.api, API_HEALTH, timeout=5):
            return "the API does not answer. `make up` repairs that."
        return None

    def _nothing(self, otherwise: str) -> str:
        """A sentence that nothing of this checkout runs, and which other checkout's stack uses its port."""
        port = self._emulator.ports.api
        other = checkout_of(port)
        if other is None:
            return otherwise
        return (
            f"Nothing of this checkout runs. Port {port} belongs to the stack of {other} "
            f"(`make -C {shlex.quote(str(other))} down` stops that)."
        )

    def _runs_as_wanted(self) -> bool:
        if not of_stack(self._state):
            return False
        if not self._emulator.is_as_it_would_start_now():
            say(
                "The running stack is incomplete or has other settings; starting a new one, "
                f"{self._with_data}."
            )
            return False
        if not self._emulator.is_healthy():
            silent = "The running stack" if self._emulator.database_answers() else "DynamoDB Local"
            say(f"{silent} does not answer; starting a new stack, {self._with_data}.")
            return False
        return True

    def _start_anew(self) -> None:
        self._emulator.ports.require_free(but_for=self._state)  # checked before the running stack is stopped
        self._emulator.stop()
        say("Starting LocalStack.")
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(self._prepare)
            self._emulator.start()
        try:
            self._deploy(self._emulator)
        except BaseException:
            # A stack whose first deployment failed cannot be updated.
            self._emulator.stop()
            raise

    def _require_api(self) -> None:
        port = self._emulator.ports.api
        if not wait_until(lambda: answers(port, API_HEALTH, timeout=10), API_SECONDS):
            raise LocalCloudError(
                f"{self._emulator.api_url}{API_HEALTH} does not answer with 200. "
                f"`make logs` shows the functions' logs, and {self._emulator.log} is LocalStack's."
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Lets one command at a time work on a stack; a second one waits."""
        self._state.mkdir(parents=True, exist_ok=True)
        with (self._state / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another command is working on this stack; waiting for it.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _summary(self, seconds: float) -> str:
        return "\n".join(
            (
                f"Ready in {seconds:.1f} s.",
                f"  Console      {self._emulator.api_url}",
                f"  AWS          {self._emulator.edge_url}; for the tools of AWS, in a shell:",
                f"               export AWS_ENDPOINT_URL={self._emulator.edge_url}",
                "               export AWS_DEFAULT_REGION=us-east-1",
                "               export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test",
                "  make logs    follows the logs",
                "  make demo    runs five users",
                f"  make down    stops everything{'' if self._data else ' and deletes the data'}",
            )
        )


def say(line: str) -> None:
    print(line, flush=True)
