"""What can be set, from the environment and from the optional file `.env`; the environment wins."""

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from local_cloud.errors import LocalCloudError

CHECKOUT = Path(__file__).parents[2]
STATE = CHECKOUT / ".local"
HIGHEST_PORT = 65535


def variable[T](name: str, parse: Callable[[str], T], default: str) -> T:
    """A setting; `parse` raises ValueError with what follows the variable's name in a sentence."""
    value: T = field(default=parse(default), metadata={"name": name, "parse": parse, "default": default})
    return value


def number(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return parse


def loopback_url(text: str) -> str:
    if not _is_loopback(text):
        raise ValueError("must be an address of this machine with a port, such as http://127.0.0.1:4566")
    return text.rstrip("/")


def _is_loopback(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost") and bool(url.port)
    except ValueError:
        return False


def anything(text: str) -> str:
    return text


port = number(1, HIGHEST_PORT)


@dataclass(frozen=True)
class Settings:
    api_port: int = variable("PORT", port, "3000")
    endpoint_url: str = variable("AWS_ENDPOINT_URL", loopback_url, "http://127.0.0.1:4566")
    dynamodb_port: int = variable("DYNAMODB_LOCAL_PORT", port, "4567")
    queue_limit: int = variable("QUEUE_LIMIT", number(1, 1_000_000), "10000")
    access_token_seconds: int = variable("ACCESS_TOKEN_SECONDS", number(1, 86_400), "600")
    quantum_seconds: int = variable("QUANTUM_SECONDS", number(1, 600), "10")
    log_level: str = variable("LOG_LEVEL", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
    tracing: str = variable("TRACING", one_of("off", "on"), "off")
    cache: str = variable("GURUKOOL_CACHE", anything, "")

    @classmethod
    def from_mapping(cls, given: Mapping[str, str]) -> Self:
        """An empty value counts as not given. Raises LocalCloudError, which names the wrong variable."""
        values: dict[str, Any] = {
            f.name: _parse(f, given) for f in fields(cls) if given.get(f.metadata["name"])
        }
        settings = cls(**values)
        settings.require_different_ports()
        return settings

    @property
    def edge_port(self) -> int:
        found = urlsplit(self.endpoint_url).port
        assert found is not None  # noqa: S101  (loopback_url has seen to it)
        return found

    def require_different_ports(self) -> None:
        if len({self.api_port, self.edge_port, self.dynamodb_port}) < 3:  # noqa: PLR2004
            raise LocalCloudError("PORT, the port of AWS_ENDPOINT_URL and DYNAMODB_LOCAL_PORT must differ.")


def defaults() -> dict[str, str]:
    """Every variable with its default, as it is written in `.env.example`."""
    return {f.metadata["name"]: f.metadata["default"] for f in fields(Settings)}


def load(directory: Path = CHECKOUT, environment: Mapping[str, str] = os.environ) -> Settings:
    return Settings.from_mapping(read_file(directory / ".env") | dict(environment))


def read_file(path: Path) -> dict[str, str]:
    """The lines NAME=value of `path`, if it exists. Raises LocalCloudError for a line that is wrong."""
    lines = path.read_text().splitlines() if path.exists() else []
    values = {}
    for line_number, line in enumerate(map(str.strip, lines), start=1):
        if line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            if not equals or name not in defaults():
                raise LocalCloudError(
                    f"{path}, line {line_number}: {line!r} is not NAME=value with a NAME from .env.example."
                )
            values[name] = value
    return values


def _parse(setting: Field[Any], given: Mapping[str, str]) -> object:
    name = setting.metadata["name"]
    try:
        return setting.metadata["parse"](given[name])
    except ValueError as error:
        raise LocalCloudError(f"{name} {error}, not {given[name]!r}.") from None
