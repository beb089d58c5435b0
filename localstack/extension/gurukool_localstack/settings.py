"""The settings of this extension, which README.md explains."""

import functools
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What happens to a call of a function that its role does not allow.
PERMISSIONS = ("off", "report", "enforce")
API_PORT = "3000"


class SettingError(Exception):
    """A variable is missing or wrong; the message names it."""


@dataclass(frozen=True)
class Api:
    """The REST API that has a port of its own. An id is given to the API with that name."""

    port: int  # where it answers at /
    id: str
    stage: str


@dataclass(frozen=True)
class Settings:
    """The variables GURUKOOL_*, checked."""

    function_python: Path  # interpreter of the functions
    dynamodb_jar_dir: Path  # DynamoDBLocal.jar and DynamoDBLocal_lib
    permissions: str = PERMISSIONS[0]
    api: Api | None = None
    data: Path | None = None  # where data are kept; None: nowhere

    def is_api_port(self, port: object) -> bool:
        """Whether the port, of any type, is the one of the API."""
        return self.api is not None and str(port) == str(self.api.port)


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Raises SettingError if a variable is missing or wrong."""
    python = environment.get("GURUKOOL_FUNCTION_PYTHON")
    return Settings(
        function_python=_existing(environment, "GURUKOOL_FUNCTION_PYTHON") if python else nearest_python(),
        dynamodb_jar_dir=_existing(environment, "GURUKOOL_DYNAMODB_JAR_DIR"),
        permissions=_choice(environment, "GURUKOOL_PERMISSIONS", PERMISSIONS),
        api=_api(environment) if environment.get("GURUKOOL_API") else None,
        data=_existing(environment, "GURUKOOL_DATA") if environment.get("GURUKOOL_DATA") else None,
    )


@functools.cache
def current() -> Settings:
    """The settings of this process. Raises SettingError."""
    return from_environment(os.environ)


def nearest_python(prefix: str = sys.prefix, running: str = sys.executable) -> Path:
    """The functions' interpreter if none is given: from the environment `functions` in this one, or this."""
    beside = Path(prefix) / "functions" / "bin" / "python"
    return beside if beside.exists() else Path(running)


def _api(environment: Mapping[str, str]) -> Api:
    api_id, slash, stage = environment["GURUKOOL_API"].partition("/")
    if not (api_id and slash and stage):
        raise SettingError("GURUKOOL_API must be '<name of an API>/<stage>', for example orders/live.")
    if not (api_id.islower() or api_id.isnumeric()):  # LocalStack refuses others
        raise SettingError(
            f"GURUKOOL_API must name an API in lower case, as ids of APIs are, not {api_id!r}."
        )
    return Api(port(environment.get("GURUKOOL_API_PORT") or API_PORT, "GURUKOOL_API_PORT"), api_id, stage)


def _existing(environment: Mapping[str, str], name: str) -> Path:
    given = environment.get(name)
    if not given:
        raise SettingError(f"{name} is not set. Start LocalStack with `gurukool-localstack`, or set it.")
    path = Path(given)
    if not path.exists():
        raise SettingError(f"{name} names {path}, which does not exist.")
    return path.absolute()


def _choice(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = environment.get(name) or choices[0]
    if value not in choices:
        raise SettingError(f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}.")
    return value


def port(text: str, name: str) -> int:
    """The number of a port. Raises SettingError with `name` if it is none."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise SettingError(f"{name} must be a port number, not {text!r}.")
    return int(text)
