"""What must be there before LocalStack starts: its directories, DynamoDB Local, free ports."""

import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from gurukool_localstack import class_cache, dynamodb_package
from gurukool_localstack.data_folder import LOCK, occupy
from gurukool_localstack.http1.server import addresses
from gurukool_localstack.settings import SettingError, Settings, from_environment
from gurukool_localstack.variables import HOST, edge_port, localstack_variables


def prepared(given: Mapping[str, str]) -> dict[str, str]:
    """The variables of LocalStack, whose directories and parts are there.

    Raises SettingError, which says what to do, or OSError.
    """
    cache = Path(given.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gurukool-localstack"
    state = Path(given.get("GURUKOOL_STATE") or cache / str(edge_port(given))).absolute()
    variables = localstack_variables(given, state)
    if data := given.get("GURUKOOL_DATA"):
        variables["GURUKOOL_DATA"] = occupy(Path(data).absolute(), variables.pop(LOCK, None))
    if not given.get("GURUKOOL_DYNAMODB_JAR_DIR"):
        variables["GURUKOOL_DYNAMODB_JAR_DIR"] = str(dynamodb_package.fetch(cache))
    chosen = from_environment(variables)
    _require_free(chosen, variables)
    _require_awslambdaric(chosen.function_python)
    if "GURUKOOL_DYNAMODB_CLASSES" not in given:  # empty: it shall do without
        variables["GURUKOOL_DYNAMODB_CLASSES"] = str(_classes(chosen.dynamodb_jar_dir, cache) or "")
    if not given.get("GURUKOOL_STATE"):  # the caller's own may have anything in it
        shutil.rmtree(state / "tmp", ignore_errors=True)  # functions of the last time
    for name in ("HOME", "TMPDIR", "FILESYSTEM_ROOT"):
        _folder(Path(variables[name]))
    return variables


def _folder(path: Path) -> str:
    path.mkdir(parents=True, exist_ok=True)
    return str(path)


def _classes(folder: Path, cache: Path) -> Path | None:
    """The archive of the classes of DynamoDB Local, made if it is missing; None if that fails."""
    from gurukool_localstack import class_archive  # needs Java's package, which the caller of LocalStack has

    return class_cache.ensure(
        cache, class_archive.made_from(folder), lambda directory: class_archive.make(folder, directory)
    )


def _require_awslambdaric(python: Path) -> None:
    """Raises SettingError unless the functions' interpreter can run functions."""
    check = "import importlib.util, sys; sys.exit(importlib.util.find_spec('awslambdaric') is None)"
    if subprocess.run([python, "-I", "-c", check], check=False).returncode:
        raise SettingError(
            f"{python} cannot run functions: install awslambdaric in its environment, and boto3."
        )


def _require_free(chosen: Settings, variables: Mapping[str, str]) -> None:
    """Raises SettingError if a port is in use."""
    host = variables["GATEWAY_LISTEN"].partition(",")[0].rpartition(":")[0].strip("[]")
    wanted = [("--dynamodb-port", HOST, int(variables["DYNAMODB_LOCAL_PORT"]))]
    for own in addresses(host):
        wanted.append(("--port", own, edge_port(variables)))
        if chosen.api:
            wanted.append(("--api-port", own, chosen.api.port))
    for option, address, number in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            socket.create_server((address, number), family=family).close()
        except OSError as error:
            raise SettingError(f"Port {number}: {error.strerror}. Choose another with {option}.") from None
