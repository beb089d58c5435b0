"""LocalStack with DynamoDB Local and the functions: starting it, stopping it, talking to it."""

import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bootstrap.installation import Installation, install
from local_cloud.environment import localstack_environment
from local_cloud.errors import LocalCloudError
from local_cloud.ports import HOST, Ports
from local_cloud.processes import MAIN, Process, kill_all, of_stack
from local_cloud.waiting import answers, responds, wait_until

START_SECONDS = 90.0
ANSWER_SECONDS = 15.0  # a busy machine is no reason to start anew, which would lose the data
HEALTH = "/_localstack/health"
LOG_LINES = 15


class Emulator:
    """One emulator, its ports and the directory that holds its files.

    Everything it keeps is in memory; stopping it wipes it. With `tied` it ends, whatever happens, with the
    thread that starts it (where there is setpriv); without, it lives on until it is stopped.
    """

    def __init__(
        self,
        ports: Ports,
        state: Path,
        *,
        tied: bool = True,
        installation: Installation | None = None,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self.ports = ports
        self.state = state.absolute()
        self.log = self.state / "localstack.log"
        self._tied = tied
        self._installation = installation or install()
        self._start_seconds = start_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def edge_url(self) -> str:
        return self.ports.edge_url

    @property
    def api_url(self) -> str:
        return f"http://localhost:{self.ports.api}"

    @property
    def dynamodb_url(self) -> str:
        return f"http://{HOST}:{self.ports.dynamodb}"

    def client(self, service: str) -> Any:
        """A boto3 client of an AWS service of this emulator."""
        from localstack_client.session import Session

        return Session(localstack_host=f"{HOST}:{self.ports.edge}").client(service)

    def functions(self) -> list[Process]:
        """The processes of the Lambda functions, without what those have started themselves."""
        found = [process for process in of_stack(self.state) if process.is_function]
        pids = {process.pid for process in found}
        return [process for process in found if process.parent not in pids]

    def workers(self) -> list[Process]:
        """Those of the functions that carry out requests."""
        return [process for process in self.functions() if process.command[-1].endswith("worker")]

    def is_healthy(self) -> bool:
        return self.database_answers() and answers(self.ports.edge, HEALTH, ANSWER_SECONDS)

    def database_answers(self) -> bool:
        """DynamoDB Local may have ended alone (out of memory, killed): LocalStack does not notice."""
        return responds(self.ports.dynamodb, ANSWER_SECONDS)

    def is_as_it_would_start_now(self) -> bool:
        """Whether what runs has the ports, the extension and the settings that a new one would have.

        Another PATH is no reason to start anew: it is a matter of the shell in which a command was typed.
        """
        running = [process for process in of_stack(self.state) if process.is_emulator]
        wanted = {name: value for name, value in self._environment().items() if name != "PATH"}
        return bool(running) and running[0].environment.items() >= wanted.items()

    def start(self) -> None:
        """Starts it and waits until it is ready. Raises LocalCloudError with the reason if that fails."""
        self.ports.require_free()
        self._make_directories()
        try:
            self._spawn()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Leaves no process and no open port; does nothing if nothing runs."""
        kill_all(self.state)
        if self._process is not None:
            self._process.wait()
            self._process = None
        for directory in self._scratch():
            shutil.rmtree(directory, ignore_errors=True)

    def _scratch(self) -> list[Path]:
        return [self.state / name for name in ("home", "tmp", "localstack")]

    def _make_directories(self) -> None:
        for directory in self._scratch():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)

    def _environment(self) -> dict[str, str]:
        return localstack_environment(self._installation, self.ports, self.state)

    def _spawn(self) -> None:
        tie = ["setpriv", "--pdeathsig", "KILL", "--"] if self._tied and shutil.which("setpriv") else []
        python = str(self._installation.localstack_python)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                # -P and the directory: nothing of the checkout can be taken for a package of LocalStack's.
                [*tie, python, "-P", "-m", MAIN],
                cwd=self.state,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        if not wait_until(self._is_ready, self._start_seconds):
            raise LocalCloudError(
                f"LocalStack was not ready within {self._start_seconds:.0f} s. {self._reason()}"
            )

    def _is_ready(self) -> bool:
        assert self._process is not None  # noqa: S101  (_spawn sets it)
        if self._process.poll() is not None:
            raise LocalCloudError(f"LocalStack ended while it was starting. {self._reason()}")
        return self.is_healthy()

    def _reason(self) -> str:
        tail = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join([f"The end of {self.log}:", *(f"    {line}" for line in tail)])
