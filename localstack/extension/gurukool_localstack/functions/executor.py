"""LocalStack's executor of functions, with a process of this machine in place of a container."""

import functools
import time
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from gurukool_localstack import logs, metrics, settings, shared_code
from gurukool_localstack.functions.environment import function_environment
from gurukool_localstack.functions.faults import Fault, fault_of
from gurukool_localstack.functions.invocation_log import InvocationLog, Report
from gurukool_localstack.functions.log_formats import log_format
from gurukool_localstack.functions.runtime import (
    INITIALISATION_SECONDS,
    Exited,
    Launch,
    Outcome,
    Runtime,
    TimedOut,
)
from gurukool_localstack.functions.runtime_api import Invocation, Returned

RUNTIME = "python3.13"
_LOOPBACK = "127.0.0.1"
_PROVISIONED = "provisioned-concurrency"  # how environments begin that are there before they are needed


class ProcessExecutor(RuntimeExecutor):  # type: ignore[misc]  # LocalStack ships no types
    """An execution environment: keeps one process ready, and starts another when it has ended."""

    client_context: str | None = None  # of the next invocation; JSON

    def start(self, env_vars: dict[str, Any]) -> None:
        self._env_vars = env_vars
        chosen = log_format(self.function_version.config.logging_config, RUNTIME)
        self._log = InvocationLog(functools.partial(logs.write, self._log_stream()), chosen)
        shared_code.hold(self.function_version.config.code, self)
        self._runtime = self._start_runtime()
        if env_vars.get("AWS_LAMBDA_INITIALIZATION_TYPE") == _PROVISIONED:
            self._initialise_before_use()

    def stop(self) -> None:
        self._runtime.stop()
        shared_code.release(self.function_version.config.code, self)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Runs one invocation. A fault of the function is a result too, since raising would lose its log."""
        request_id = payload["invoke-id"]
        if not self._runtime.alive:
            self._runtime = self._start_runtime()
        cold = not self._runtime.initialised
        failure = self._initialise()
        self._log.started(request_id, self.function_version.id.qualifier)
        started = time.perf_counter()
        outcome = self._initialise_again(failure, payload) if failure else self._serve(payload)
        milliseconds = (time.perf_counter() - started) * 1000
        if isinstance(outcome, Returned):
            fault, result = None, outcome
        else:
            fault = fault_of(outcome)
            result = Returned(fault.document(request_id), failed=True)
        self._log_end(request_id, milliseconds, fault, cold=cold)
        identity = self.function_version.id
        function = metrics.Function(identity.function_name, identity.account, identity.region)
        metrics.measure("Duration", milliseconds, "Milliseconds", function)
        return InvocationResult(request_id, result.payload, result.failed, logs=self._log.take())

    def get_address(self) -> str:
        return _LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return _LOOPBACK

    def get_runtime_endpoint(self) -> str:
        return ""  # the address of LocalStack's own init program, which does not run here

    def get_logs(self) -> str:
        return ""  # the logs are in CloudWatch Logs

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        config = function_version.config
        if config.runtime != RUNTIME:
            raise ValueError(f"Functions run on {RUNTIME} here, not on {config.runtime}.")
        for code in (config.code, *(layer.code for layer in config.layers)):
            code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Does nothing: LocalStack removes the unpacked code itself."""

    def _log_stream(self) -> logs.Stream:
        identity = self.function_version.id
        group, stream = (self._env_vars[f"AWS_LAMBDA_LOG_{part}_NAME"] for part in ("GROUP", "STREAM"))
        return logs.Stream(identity.account, identity.region, group, stream)

    def _start_runtime(self) -> Runtime:
        self._log.init_started()
        config = self.function_version.config
        code = config.code.get_unzipped_code_location()
        layers = [layer.code.get_unzipped_code_location() for layer in config.layers]
        # awslambdaric ignores the last argument. It makes the process easy to find with `ps`.
        name = f"lambda:{self.function_version.id.function_name}"
        command = [str(settings.current().function_python), "-m", "awslambdaric", config.handler, name]
        environment = functools.partial(function_environment, self._env_vars, code, layers)
        return Runtime(Launch(command, code, environment, config.memory_size), self._log.line)

    def _initialise_before_use(self) -> None:
        """Raises an error if the import fails; LocalStack reports it as FUNCTION_ERROR_INIT_FAILURE."""
        if self._initialise() is not None:
            self.stop()
            raise ImportError(f"{self.function_version.qualified_arn} could not be initialised.")

    def _initialise(self) -> Outcome | None:
        failure = self._runtime.initialise(INITIALISATION_SECONDS)
        if isinstance(failure, Exited | TimedOut):
            self._log.init_failed(self._runtime.seconds(), "init", fault_of(failure))
        return failure

    def _initialise_again(self, failure: Outcome, payload: dict[str, str]) -> Outcome:
        """Starts a process that ended, or took too long, a second time, in the time of the invocation itself.

        https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#suppressed-init
        """
        if not isinstance(failure, Exited | TimedOut):
            return failure
        self._runtime = self._start_runtime()
        timeout = self.function_version.config.timeout
        again = self._runtime.initialise(timeout)
        if again is None:
            return self._serve(payload, spent=self._runtime.seconds())
        if isinstance(again, Exited | TimedOut):
            self._log.init_failed(self._runtime.seconds(), "invoke", fault_of(again))
        return again

    def _serve(self, payload: dict[str, str], spent: float = 0) -> Outcome:
        """Lets the process serve the invocation, which has `spent` some seconds of its time already."""
        timeout = self.function_version.config.timeout
        left = max(0.0, timeout - spent)
        invocation = Invocation(
            request_id=payload["invoke-id"],
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
            deadline_ms=int((time.time() + left) * 1000),
            payload=payload["payload"].encode(),
            client_context=self.client_context,
        )
        outcome = self._runtime.invoke(invocation, left)
        return TimedOut(timeout) if isinstance(outcome, TimedOut) else outcome

    def _log_end(self, request_id: str, milliseconds: float, fault: Fault | None, *, cold: bool) -> None:
        report = Report(
            request_id,
            milliseconds,
            memory_megabytes=self.function_version.config.memory_size,
            peak_megabytes=self._runtime.peak_megabytes(),
            init_milliseconds=self._runtime.init_milliseconds if cold else None,
            fault=fault,
        )
        self._log.ended(report)
