"""What AWS reports when a function does not return: the error document and the log lines."""

import json
import signal
from dataclasses import dataclass

from gurukool_localstack.functions.runtime import Exited, OutOfMemory, TimedOut


@dataclass(frozen=True)
class Fault:
    """How an invocation failed, in the words of AWS."""

    error_type: str
    message: str
    status: str = "error"  # or timeout

    def document(self, request_id: str) -> bytes:
        """The payload of the invocation's answer."""
        message = f"RequestId: {request_id} Error: {self.message}"
        return json.dumps({"errorType": self.error_type, "errorMessage": message}).encode()

    def log_line(self, request_id: str) -> str:
        return f"RequestId: {request_id} Error: {self.message} {self.error_type}"


def fault_of(outcome: Exited | OutOfMemory | TimedOut) -> Fault:
    """How AWS would describe the outcome."""
    match outcome:
        case TimedOut(seconds):
            return Fault("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", "timeout")
        case OutOfMemory():
            return _exit("Runtime.OutOfMemory", "signal: killed")
        case Exited(status) if status < 0:
            name = signal.strsignal(-status) or f"signal {-status}"
            return _exit("Runtime.ExitError", f"signal: {name.lower()}")
        case Exited(status):
            return _exit("Runtime.ExitError", f"exit status {status}")


def _exit(error_type: str, reason: str) -> Fault:
    return Fault(error_type, f"Runtime exited with error: {reason}")
