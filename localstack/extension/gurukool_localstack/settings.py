"""The settings of this extension, which README.md explains."""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What happens to a call of a function that its role does not allow.
PERMISSIONS = ("off", "report", "enforce")


class SettingError(Exception):
    """A variable is missing or wrong; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The variables GURUKOOL_*, checked."""

    function_python: Path  # interpreter of the functions
    dynamodb_jar_dir: Path  # DynamoDBLocal.jar and DynamoDBLocal_lib
    api_port: int  # where the API answers at /
    api_id: str
    api_stage: str
    permissions: str  # one of PERMISSIONS
    data: Path | None = None  # where data are kept; None: nowhere


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Raises SettingError if a variable is missing or wrong."""
    api_id, slash, api_stage = _required(environment, "GURUKOOL_API").partition("/")
    if not (api_id and slash and api_stage):
        raise SettingError("GURUKOOL_API must be '<api id>/<stage>', for example gurukool/live.")
    return Settings(
        function_python=_existing(environment, "GURUKOOL_FUNCTION_PYTHON"),
        dynamodb_jar_dir=_existing(environment, "GURUKOOL_DYNAMODB_JAR_DIR"),
        api_port=_port(environment, "GURUKOOL_API_PORT"),
        api_id=api_id,
        api_stage=api_stage,
        permissions=_choice(environment, "GURUKOOL_PERMISSIONS", PERMISSIONS),
        data=_existing(environment, "GURUKOOL_DATA") if environment.get("GURUKOOL_DATA") else None,
    )


@functools.cache
def current() -> Settings:
    """The settings of this process. Raises SettingError."""
    return from_environment(os.environ)


def _required(environment: Mapping[str, str], name: str) -> str:
    if value := environment.get(name):
        return value
    raise SettingError(f"{name} is not set; localstack/extension/README.md explains it.")


def _existing(environment: Mapping[str, str], name: str) -> Path:
    path = Path(_required(environment, name))
    if not path.exists():
        raise SettingError(f"{name} names {path}, which does not exist.")
    return path.absolute()


def _choice(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = environment.get(name, choices[0])
    if value not in choices:
        raise SettingError(f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}.")
    return value


def _port(environment: Mapping[str, str], name: str) -> int:
    text = _required(environment, name)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise SettingError(f"{name} must be a port number, not {text!r}.")
    return int(text)
