"""`gurukool-localstack`, or `python -m gurukool_localstack`: LocalStack without Docker, until Ctrl-C."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence

from gurukool_localstack.preparation import prepared
from gurukool_localstack.settings import API_PORT, PERMISSIONS, SettingError
from gurukool_localstack.variables import HOST, PORT

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
    os.umask(os.umask(0) | 0o022)  # nobody else may change the cache, from which programs are run
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


if __name__ == "__main__":
    main()
