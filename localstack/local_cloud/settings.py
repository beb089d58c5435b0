"""The settings of the local cloud: from the environment, or else from the optional file `.env`."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from dotenv.parser import Binding, parse_stream

from chalicelib.settings import CHOICES, MAKING, Setting
from local_cloud.errors import LocalCloudError

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = CHECKOUT / ".local"
CONCURRENCY = 1000  # of an account of AWS, unless it is new or has asked for more
MOST_CONCURRENCY = 100_000
PERMISSIONS = ("off", "report", "enforce")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise ValueError("must be a port number from 1 to 65535")
    return int(text)


def _concurrency(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST_CONCURRENCY):
        raise ValueError(f"must be a number from 1 to {MOST_CONCURRENCY}")
    return int(text)


def _permissions(text: str) -> str:
    if text not in PERMISSIONS:
        raise ValueError(f"must be {', '.join(PERMISSIONS[:-1])} or {PERMISSIONS[-1]}")
    return text


def _loopback_url(text: str) -> str:
    if not _is_loopback(text):
        raise ValueError("must be an address of this machine with a port, such as http://127.0.0.1:4566")
    return text.rstrip("/")


def _is_loopback(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost") and bool(url.port)
    except ValueError:
        return False


PORT = Setting("PORT", _port, "3000", "port of the console and the API")
EDGE = Setting("AWS_ENDPOINT_URL", _loopback_url, "http://127.0.0.1:4566", "where every AWS service answers")
DYNAMODB = Setting("DYNAMODB_LOCAL_PORT", _port, "4567", "port of DynamoDB Local")
ACCOUNT_CONCURRENCY = Setting(
    "ACCOUNT_CONCURRENCY", _concurrency, str(CONCURRENCY), "how many invocations of functions run at once"
)
CHECKED = Setting(
    "PERMISSIONS", _permissions, PERMISSIONS[0], "whether functions may call only what their roles allow"
)
CACHE = "GURUKOOL_CACHE"  # bootstrap/cache.py reads it before python-dotenv is installed: environment only
NOTHING = "none"  # the value of the next two that deploys no application, or keeps no data
APP = Setting("APP", str, "", "the folder of the application that is deployed; empty: the last one")
DATA = Setting("DATA_DIRECTORY", str, "", "the folder of the data; empty: a folder of this checkout's own")
# On by default in the local cloud, where people try things out.
SAMPLES = next(choice for choice in CHOICES if choice.name == "SAMPLE_HANDLERS")._replace(default="on")
VARIABLES = {
    setting.name: setting
    for setting in (PORT, EDGE, DYNAMODB, ACCOUNT_CONCURRENCY, CHECKED, APP, DATA, *CHOICES, *MAKING, SAMPLES)
}


@dataclass(frozen=True)
class Settings:
    """The ports of a stack, and what its application is deployed with."""

    api_port: int = 3000
    edge_port: int = 4566
    dynamodb_port: int = 4567
    choices: Mapping[str, str] = field(default_factory=dict)
    """Settings that were given; the others have their defaults."""
    app: Path | None = None
    """The folder of the application. A path that is not absolute begins at the checkout."""
    app_is_noted: bool = False
    """Whether nobody has named the application: it is the one of the last time."""
    without_app: bool = False
    """Whether the application that was deployed before is to go."""
    data: str = ""
    """The setting DATA_DIRECTORY, which data.py reads."""
    concurrency: int = CONCURRENCY
    """How many invocations of functions run at once, as in an account of AWS."""
    permissions: str = PERMISSIONS[0]
    """Whether calls of functions that their roles do not allow are listed (report) or refused (enforce)."""

    @classmethod
    def from_mapping(cls, given: Mapping[str, str]) -> Self:
        """Settings from variables; an empty value counts as not given.

        Raises LocalCloudError, which names the variable, if a value is wrong.
        """
        values = {name: _parse(setting, given.get(name)) for name, setting in VARIABLES.items()}
        ports = (values[PORT.name], urlsplit(values[EDGE.name]).port, values[DYNAMODB.name])
        if len(set(ports)) < len(ports):
            raise LocalCloudError("PORT, the port of AWS_ENDPOINT_URL and DYNAMODB_LOCAL_PORT must differ.")
        choices = {
            choice.name: given[choice.name] for choice in (*CHOICES, *MAKING) if given.get(choice.name)
        }
        app = values[APP.name]
        folder = CHECKOUT / Path(app).expanduser() if app not in ("", NOTHING) else None
        return cls(
            *(*ports, choices, folder),
            without_app=app == NOTHING,
            data=values[DATA.name],
            concurrency=values[ACCOUNT_CONCURRENCY.name],
            permissions=values[CHECKED.name],
        )


def load(directory: Path = CHECKOUT, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this checkout. Raises LocalCloudError if one is wrong."""
    return Settings.from_mapping(read_file(directory / ".env") | dict(environment))


def read_file(path: Path) -> dict[str, str]:
    """The variables that `path` sets, if it exists. Raises LocalCloudError for a line that is wrong."""
    if not path.exists():
        return {}
    with path.open() as stream:
        bindings = [binding for binding in parse_stream(stream) if binding.key or binding.error]
    return dict(_pair(binding, path) for binding in bindings if binding.key != CACHE or binding.value)


def _pair(binding: Binding, path: Path) -> tuple[str, str]:
    name, value = binding.key, binding.value
    if binding.error or name is None or value is None:
        raise LocalCloudError(f"{path} has a line that is not NAME=value: {binding.original.string.strip()}")
    if name not in VARIABLES:
        raise LocalCloudError(f"{path} sets {name}, which {_advice(name)}")
    return name, value


def _advice(name: str) -> str:
    if name == CACHE:
        return "is needed before this file can be read: set it in the environment."
    similar = difflib.get_close_matches(name, VARIABLES, 1)
    return (
        f"is unknown: did you mean {similar[0]}?" if similar else "is unknown: .env.example lists the names."
    )


def _parse(setting: Setting, given: str | None) -> Any:
    try:
        return setting.parse(given or setting.default or "")
    except ValueError as error:
        raise LocalCloudError(f"{setting.name} {error}, not {given!r}.") from None
