"""The stack of this checkout: up, down, reset, status."""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from local_cloud.processes import of_stack
from local_cloud.waiting import answers, wait_until

API_HEALTH = "/api/health"
API_SECONDS = 30.0


class Stack:
    """An emulator and what is deployed to it."""

    def __init__(
        self,
        emulator: Emulator,
        deploy: Callable[[Emulator], object],
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """`prepare` runs while the emulator starts; if it fails, `deploy` is to fail for the same reason."""
        self._emulator = emulator
        self._state = emulator.state
        self._deploy = deploy
        self._prepare = prepare

    def up(self) -> None:
        """Starts what does not run, deploys what has changed, returns when the API answers."""
        started = time.monotonic()
        with self._alone():
            if self._runs_as_wanted():
                say("The stack is already running; deploying what has changed.")
                self._deploy(self._emulator)
            else:
                self._start_anew()
            self._require_api()
        say(self._summary(time.monotonic() - started))

    def down(self) -> None:
        with self._alone():
            was_running = bool(of_stack(self._state))
            self._emulator.stop()
        say("The stack is down." if was_running else "Nothing was running.")

    def reset(self) -> None:
        """Wipes all data: it is in memory, so a new start is the fastest wipe that forgets nothing."""
        self.down()
        self.up()

    def status(self) -> None:
        processes = of_stack(self._state)
        if not processes:
            say("The stack is down. Start it with `make up`.")
        elif not self._emulator.is_as_it_would_start_now():
            say(f"{len(processes)} processes run, incomplete or with other settings than there are now.")
            say("`make up` starts the stack anew, without its data.")
        elif not answers(self._emulator.ports.api, API_HEALTH, timeout=5):
            say(f"{len(processes)} processes run, but the API does not answer. `make up` mends that.")
        else:
            say(f"The stack is up ({len(processes)} processes): {self._emulator.api_url}")

    def _runs_as_wanted(self) -> bool:
        if not of_stack(self._state):
            return False
        if not self._emulator.is_as_it_would_start_now():
            say(
                "The stack that runs is incomplete or has other settings; starting it anew, without its data."
            )
            return False
        if not self._emulator.is_healthy():
            say("The stack that runs does not answer; starting it anew, without its data.")
            return False
        return True

    def _start_anew(self) -> None:
        self._emulator.ports.require_free(but_for=self._state)  # before anything is stopped in vain
        self._emulator.stop()
        say("Starting LocalStack.")
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(self._prepare)
            self._emulator.start()
        try:
            self._deploy(self._emulator)
        except BaseException:
            # Half a deployment cannot be deployed over.
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
        """One command at a time on one stack; a second one waits."""
        self._state.mkdir(parents=True, exist_ok=True)
        with (self._state / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another command works on this stack; waiting for it.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _summary(self, seconds: float) -> str:
        return "\n".join(
            (
                f"Ready in {seconds:.1f} s.",
                f"  Console      {self._emulator.api_url}",
                f"  AWS          {self._emulator.edge_url} (AWS_ENDPOINT_URL for any AWS tool)",
                "  make logs    follows the logs",
                "  make demo    lets five users work",
                "  make down    stops everything and forgets the data",
            )
        )


def say(line: str) -> None:
    print(line, flush=True)
