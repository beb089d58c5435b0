"""Starts and stops LocalStack, with DynamoDB Local and the functions."""

import contextlib
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import urllib3

from bootstrap.cache import root
from bootstrap.installation import SERVICE_INDEX, Installation, install
from local_cloud.data import Data
from local_cloud.environment import LOCK_VARIABLE, Account, localstack_environment
from local_cloud.errors import LocalCloudError
from local_cloud.ports import HOST, Ports
from local_cloud.processes import MAIN, Process, kill_all, of_stack
from local_cloud.waiting import answers, responds, wait_until

START_SECONDS = 90.0
ANSWER_SECONDS = 15.0  # long, since a new start because of a busy machine takes longer
HEALTH = "/_localstack/health"
REFUSED = "/_gurukool/permissions"
LOG_LINES = 15


class Emulator:
    """One emulator, with its ports and the directory of its files.

    With `data`, these are there again after the next start, however this one ends. Without, they are in
    memory, and stopping it deletes them. If it is `tied`, the kernel ends it together with the thread that
    started it (where setpriv is installed). Otherwise it runs until it is stopped.
    """

    def __init__(
        self,
        ports: Ports,
        state: Path,
        *,
        data: Data | None = None,
        tied: bool = True,
        installation: Installation | None = None,
        start_seconds: float = START_SECONDS,
        account: Account | None = None,
    ) -> None:
        self.ports = ports
        self.state = state.absolute()
        self.log = self.state / "localstack.log"
        self.data = data
        self._tied = tied
        self._installation = installation or install()
        self._start_seconds = start_seconds
        self._account = account or Account()
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
        """A boto3 client of an AWS service of this emulator. It ignores the proxies of the environment."""
        from botocore.config import Config
        from localstack_client.session import Session

        direct = Config(proxies={})
        return Session(localstack_host=f"{HOST}:{self.ports.edge}").client(service, config=direct)

    def functions(self) -> list[Process]:
        """The processes of the Lambda functions, without the child processes of those."""
        found = [process for process in of_stack(self.state) if process.is_function]
        pids = {process.pid for process in found}
        return [process for process in found if process.parent not in pids]

    def workers(self) -> list[Process]:
        """The processes of the functions that carry out requests."""
        return [process for process in self.functions() if process.command[-1].endswith("worker")]

    def is_healthy(self) -> bool:
        """Whether DynamoDB Local and LocalStack answer, and LocalStack calls itself healthy."""
        return self.database_answers() and answers(self.ports.edge, HEALTH, ANSWER_SECONDS)

    def database_answers(self) -> bool:
        """Whether DynamoDB Local answers. LocalStack does not notice if it has crashed."""
        return responds(self.ports.dynamodb, ANSWER_SECONDS)

    def refused_calls(self) -> list[dict[str, Any]]:
        """The calls of functions that AWS would refuse: `role`, `action`, `resource`, and how many `calls`.

        None if they are not checked.
        """
        if self._account.permissions == "off":
            return []
        answer = urllib3.request("GET", f"{self.edge_url}{REFUSED}", timeout=ANSWER_SECONDS, retries=False)
        return list(answer.json())

    def is_as_it_would_start_now(self) -> bool:
        """Whether the running emulator has the ports, the extension and the settings of a new one.

        PATH is not compared, since it depends on the shell in which the command is typed.
        """
        running = [process for process in of_stack(self.state) if process.is_emulator]
        wanted = {name: value for name, value in self._environment().items() if name != "PATH"}
        return bool(running) and running[0].environment.items() >= wanted.items()

    def start(self) -> None:
        """Starts the emulator and waits until it is ready.

        Raises LocalCloudError with the reason if it fails.
        """
        self.ports.require_free()
        with self.data.prepared() if self.data else contextlib.nullcontext() as lock:
            self._make_directories()
            try:
                self._spawn(lock)
                self._wait_until_ready()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Stops the emulator: no process and no open port is left. Does nothing if it does not run."""
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
        index = self.state / "localstack" / SERVICE_INDEX
        index.parent.mkdir(parents=True)
        index.symlink_to(self._installation.service_index)

    def _environment(self) -> dict[str, str]:
        data = self.data.directory if self.data else None
        return localstack_environment(self._installation, self.ports, self.state, self._account, data)

    def _spawn(self, lock: int | None) -> None:
        """LocalStack inherits the lock of its data, so nobody else can use or delete them in between."""
        tie = ["setpriv", "--pdeathsig", "KILL", "--"] if self._tied and shutil.which("setpriv") else []
        python = str(self._installation.localstack_python)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                # -P and cwd: no directory of the checkout can be taken for one of LocalStack's packages.
                [*tie, python, "-P", "-m", MAIN],
                cwd=self.state,
                env={**self._environment(), **({} if lock is None else {LOCK_VARIABLE: str(lock)})},
                pass_fds=() if lock is None else (lock,),
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
            raise LocalCloudError(
                "LocalStack ended while it was starting. "
                f"If a file of the cache is damaged, delete {root()}: it is set up again. {self._reason()}"
            )
        return self.is_healthy()

    def _reason(self) -> str:
        tail = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join([f"The end of {self.log}:", *(f"    {line}" for line in tail)])
