"""The application of this deployment, from the variables that infra/apps gives the functions."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NoReturn, Protocol

from chalicelib.core.queueing.application import (
    Application,
    RequireCallback,
    Resources,
    Setting,
    Settings,
    UndeclaredError,
    no_callbacks,
)

RESOURCE, SETTING, SECRET = "APP_RESOURCE_", "APP_SETTING_", "APP_SECRET_"
PARSERS: dict[str, Callable[[str], Setting]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": lambda text: text == "true",
}


class Declared(Protocol):
    """What the application's manifest says."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The types of the settings that are no secrets, by name."""

    @property
    def services(self) -> Collection[str]:
        """The services of AWS that the permissions name."""


class Outside(Protocol):
    """What knows AWS."""

    def application_secrets(self, arns: Mapping[str, str]) -> Callable[[str], str]: ...

    def application_resources(self, names: Mapping[str, str], services: Collection[str]) -> Resources: ...


def from_environment(
    environment: Mapping[str, str],
    declared: Declared,
    outside: Outside,
    require_callback: RequireCallback = no_callbacks,
) -> Application:
    """What is asked of AWS is asked when a handler first needs it."""
    given = dict(_named(SETTING, environment))
    values = {name: PARSERS[type_](given[name]) for name, type_ in declared.settings.items() if name in given}
    return Application(
        Settings(values, outside.application_secrets(dict(_named(SECRET, environment)))),
        outside.application_resources(dict(_named(RESOURCE, environment)), declared.services),
        require_callback,
    )


def without_secrets(settings: Settings) -> Settings:
    """For a handler's check: the API, which runs it, may not read secrets."""
    return Settings(settings, _no_secret)


def _no_secret(name: str) -> NoReturn:
    raise UndeclaredError(f"A check has no secrets, {name!r} neither: let the handler look at it.")


def _named(prefix: str, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return (
        (name.removeprefix(prefix), text) for name, text in environment.items() if name.startswith(prefix)
    )
