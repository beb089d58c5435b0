"""application.toml: the settings, permissions and limits of an application."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.adapters.json.codec import decode, encode
from chalicelib.core.errors import InvalidInputError
from chalicelib.core.queueing.handler import LONGEST_TIMEOUT_S
from chalicelib.core.rates import FORM as RATE
from infra.errors import DeployError

FILE = "application.toml"
SETTING = re.compile(r"[a-z][a-z0-9_]{0,39}")
ACTION = re.compile(r"([a-z0-9-]+):[A-Za-z][A-Za-z0-9]+")
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}

type Value = str | int | float | bool


class Setting(msgspec.Struct, forbid_unknown_fields=True):
    """A value that an operator may choose; a secret one is kept in Secrets Manager and nowhere else."""

    type: Literal["string", "integer", "number", "boolean"] = "string"
    default: Value | None = None  # None: the operator has to choose
    secret: bool = False
    local: Value | None = None  # what the local cloud has; for a secret, a stand-in that is none
    description: str = ""


class Limits(msgspec.Struct, forbid_unknown_fields=True):
    """Of one handler, in place of what its declaration says."""

    timeout: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_TIMEOUT_S)] | None = None
    max_attempts: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    on_failure: Literal["skip", "halt"] | None = None
    long: bool | None = None  # its requests are always for the long lane
    rate: Annotated[str, msgspec.Meta(pattern=rf"^({RATE.pattern})\Z")] | None = None


class Worker(msgspec.Struct, forbid_unknown_fields=True):
    memory_mb: Annotated[int, msgspec.Meta(ge=256, le=10_240)] | None = None


class Declaration(msgspec.Struct, forbid_unknown_fields=True):
    settings: dict[str, Setting] = {}
    permissions: dict[str, list[str]] = {}  # actions by resource: a name of resources.yaml, an ARN, or *
    handlers: dict[str, Limits] = {}
    worker: Worker = msgspec.field(default_factory=Worker)

    @property
    def plain(self) -> dict[str, Setting]:
        return {name: setting for name, setting in self.settings.items() if not setting.secret}

    @property
    def secrets(self) -> dict[str, Setting]:
        return {name: setting for name, setting in self.settings.items() if setting.secret}

    @property
    def services(self) -> list[str]:
        """Those of AWS that the permissions name: `s3`."""
        actions = (action for actions in self.permissions.values() for action in actions)
        return sorted({action.partition(":")[0] for action in actions})


def read(folder: Path) -> Declaration:
    """What the folder's application.toml says; without the file, nothing is declared. Raises DeployError."""
    path = folder / FILE
    try:
        text = path.read_text() if path.exists() else ""
        declaration = decode(encode(tomllib.loads(text)), Declaration)
    except InvalidInputError as error:
        raise DeployError(_sentence(*(f"{fault.path} {fault.message}" for fault in error.fields))) from None
    # ValueError: not TOML, or not UTF-8. TypeError: a value without a JSON form.
    except (ValueError, OSError, TypeError) as error:
        raise DeployError(_sentence(str(error))) from None
    if faults := [*_faults_of_settings(declaration), *_faults_of_permissions(declaration)]:
        raise DeployError(_sentence(*faults))
    return declaration


def _sentence(*faults: str) -> str:
    return "\n  ".join([f"{FILE} is wrong:", *faults])


def _faults_of_settings(declaration: Declaration) -> list[str]:
    faults = []
    for name, setting in declaration.settings.items():
        if not SETTING.fullmatch(name):
            faults.append(
                f"settings.{name}: a name has 1 to 40 characters of a-z 0-9 _ and begins with a letter"
            )
        if setting.secret and (setting.type != "string" or setting.default is not None):
            faults.append(
                f"settings.{name} is secret: it is text, and has no default (`local` is a stand-in)"
            )
        faults += [
            f"settings.{name}.{member} must be of type {setting.type}"
            for member in ("default", "local")
            if not _is_of_type(getattr(setting, member), setting.type)
        ]
    return faults


def _is_of_type(value: Any, type_: str) -> bool:
    is_number = not isinstance(value, bool) or type_ == "boolean"  # in Python, True is a number
    return value is None or (isinstance(value, TYPES[type_]) and is_number)


def _faults_of_permissions(declaration: Declaration) -> list[str]:
    return [
        f"permissions.{resource}: {action!r} is not an action such as dynamodb:GetItem"
        for resource, actions in declaration.permissions.items()
        for action in actions
        if not ACTION.fullmatch(action)
    ]
