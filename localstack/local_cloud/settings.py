"""What can be set, from the environment and from the optional file `.env`; the environment wins."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from bootstrap.dotenv import assignment
from chalicelib.settings import CHOICES, Setting
from local_cloud.errors import LocalCloudError

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = CHECKOUT / ".local"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise ValueError("must be a port number from 1 to 65535")
    return int(text)


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
CACHE = Setting("GURUKOOL_CACHE", str, "", "where what is installed is kept; bootstrap/cache.py reads it")
# In the local cloud, people try things out.
SAMPLES = replace(next(choice for choice in CHOICES if choice.name == "SAMPLE_HANDLERS"), default="on")
VARIABLES = {setting.name: setting for setting in (PORT, EDGE, DYNAMODB, *CHOICES, SAMPLES, CACHE)}


@dataclass(frozen=True)
class Settings:
    api_port: int = 3000
    edge_port: int = 4566
    dynamodb_port: int = 4567
    choices: Mapping[str, str] = field(default_factory=dict)
    """What the application is deployed with, as given; what is not given has its default."""

    @classmethod
    def from_mapping(cls, given: Mapping[str, str]) -> Self:
        """An empty value counts as not given. Raises LocalCloudError, which names the wrong variable."""
        values = {name: _parse(setting, given.get(name)) for name, setting in VARIABLES.items()}
        ports = (values[PORT.name], urlsplit(values[EDGE.name]).port, values[DYNAMODB.name])
        if len(set(ports)) < len(ports):
            raise LocalCloudError("PORT, the port of AWS_ENDPOINT_URL and DYNAMODB_LOCAL_PORT must differ.")
        return cls(*ports, {choice.name: given[choice.name] for choice in CHOICES if given.get(choice.name)})


def load(directory: Path = CHECKOUT, environment: Mapping[str, str] = os.environ) -> Settings:
    return Settings.from_mapping(read_file(directory / ".env") | dict(environment))


def read_file(path: Path) -> dict[str, str]:
    """The lines NAME=value of `path`, if it exists. Raises LocalCloudError for a line that is wrong."""
    lines = path.read_text().splitlines() if path.exists() else []
    values = {}
    for number, line in enumerate(lines, start=1):
        try:
            if found := assignment(line):
                values[_known(found[0])] = found[1]
        except ValueError as error:
            raise LocalCloudError(f"{path}, line {number} {error}") from None
    return values


def _known(name: str) -> str:
    if name in VARIABLES:
        return name
    similar = difflib.get_close_matches(name, VARIABLES, 1)
    advice = f"did you mean {similar[0]}?" if similar else ".env.example lists what can be set."
    raise ValueError(f"sets {name}, which is unknown: {advice}")


def _parse(setting: Setting, given: str | None) -> Any:
    try:
        return setting.parse(given or setting.default or "")
    except ValueError as error:
        raise LocalCloudError(f"{setting.name} {error}, not {given!r}.") from None
