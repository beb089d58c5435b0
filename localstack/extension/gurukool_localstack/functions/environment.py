"""The environment of a function's process: it has nothing of LocalStack's own variables or packages."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from gurukool_localstack import queue_port, settings, traces

# LocalStack sets these for the init program of its container image; functions do not need them.
_INTERNAL = ("LOCALSTACK_", "EDGE_PORT", "_AWS_XRAY_DAEMON_", "LAMBDA_RUNTIME_DIR")


def function_environment(
    given: Mapping[str, object], code: Path, layers: Sequence[Path], runtime_api: str
) -> dict[str, str]:
    """All variables.

    `given` are those of LocalStack's execution environment, the function's own ones included.
    """
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONNOUSERSITE": "1",
        **_short_ways(),
        **{name: str(value) for name, value in given.items() if not name.startswith(_INTERNAL)},
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_XRAY_DAEMON_ADDRESS": traces.daemon_address(),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_TASK_ROOT": str(code),
        "PYTHONPATH": _python_path(given, layers),
    }


def _short_ways() -> dict[str, str]:
    """Addresses that cost a fraction of a call through LocalStack; a function may override them.

    Permissions are checked by LocalStack, so with such checks functions call LocalStack.
    """
    if settings.current().permissions != "off":
        return {}
    name = "AWS_ENDPOINT_URL_DYNAMODB"
    dynamodb = {name: os.environ[name]} if name in os.environ else {}
    return {"AWS_ENDPOINT_URL_SQS": queue_port.address(), **dynamodb}


def _python_path(given: Mapping[str, object], layers: Sequence[Path]) -> str:
    """The directories of the layers' packages. A later layer overrides an earlier one, as in /opt on AWS."""
    own = [str(given["PYTHONPATH"])] if "PYTHONPATH" in given else []
    paths = [
        str(path)
        for layer in reversed(layers)
        for path in (*layer.glob("python/lib/python3*/site-packages"), layer / "python")
        if path.is_dir()
    ]
    return os.pathsep.join(own + paths)
