"""What a handler gets of the application that it belongs to: its settings, and the names of its resources."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from chalicelib.core.errors import FieldError, InvalidInputError

type Setting = str | int | float | bool

type RequireCallback = Callable[[str, str], None]
"""Takes a URL and its field's path. Raises InvalidInputError if outcomes may not be pushed to the URL."""


class UndeclaredError(LookupError):
    """The application does not declare what was asked for. The message names what it declares."""


def refuse_undeclared(kind: str, name: object, declared: Iterable[str], where: str) -> NoReturn:
    """Raises UndeclaredError."""
    known = ", ".join(sorted(declared)) or "none"
    raise UndeclaredError(f"There is no {kind} {name!r}. Declared in {where}: {known}.")


def _no_secrets(name: str) -> str:
    refuse_undeclared("secret", name, (), "application.toml")


class Settings(Mapping[str, Setting]):
    """The settings that application.toml declares, with the values of this deployment.

    >>> settings = Settings({"limit": 100}, lambda name: f"the secret {name}")
    >>> settings["limit"], settings.secret("stripe")
    (100, 'the secret stripe')
    """

    def __init__(
        self,
        values: Mapping[str, Setting] | None = None,
        secret: Callable[[str], str] = _no_secrets,
        *,
        declared_in: str = "application.toml",
    ) -> None:
        self._values = dict(values or {})
        self._secret = secret
        self._declared_in = declared_in

    def __getitem__(self, name: str) -> Any:
        """Raises UndeclaredError."""
        if name not in self._values:
            refuse_undeclared("setting", name, self._values, self._declared_in)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def secret(self, name: str) -> str:
        """The value of a secret setting. It is read once by each process, and never logged.

        Raises UndeclaredError, and UnavailableError if it has no value yet or cannot be read now.
        """
        return self._secret(name)

    def __repr__(self) -> str:
        return f"Settings({', '.join(sorted(self._values))})"


class Table(Protocol):
    """A DynamoDB table of the application."""

    @property
    def name(self) -> str:
        """What the table is called in this deployment."""

    def bind[M](self, model: type[M]) -> type[M]:
        """The PynamoDB model for this table, over the connection that all share."""


class Resources(Protocol):
    """What resources.yaml declares, by the names that it has there."""

    def name(self, name: str) -> str:
        """What AWS calls the resource: a table's or a bucket's name, a queue's address, a topic's ARN.

        Raises UndeclaredError.
        """

    def table(self, name: str) -> Table:
        """Raises UndeclaredError."""

    def client(self, service: str) -> Any:
        """A client of botocore, `s3` for one, made once. The permissions must name the service."""


class NoResources:
    """Of an application that declares none."""

    def name(self, name: str) -> str:
        refuse_undeclared("resource", name, (), "resources.yaml")

    def table(self, name: str) -> Table:
        refuse_undeclared("resource", name, (), "resources.yaml")

    def client(self, service: str) -> Any:
        refuse_undeclared("permission for the service", service, (), "application.toml")


def no_callbacks(_url: str, path: str) -> None:
    """The RequireCallback of what has no callbacks."""
    fault = FieldError(path, "is not possible: there are no callbacks here")
    raise InvalidInputError("The outcome cannot be pushed.", (fault,), code="callbacks_off")


@dataclass(frozen=True, slots=True)
class Application:
    """What is handed to the handlers of one deployment."""

    settings: Settings = field(default_factory=Settings)
    resources: Resources = field(default_factory=NoResources)
    require_callback: RequireCallback = no_callbacks  # for what they enqueue
