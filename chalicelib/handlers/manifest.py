"""What an application declares: a file that infra writes beside its handlers, and that the functions read.

With it the API knows the types, the limits and the documentation of all handlers without importing a module
of the application, however long that would take.
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import msgspec

from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.policy import OnFailure, Policy
from chalicelib.core.queueing.registry import Registry

FILE = "application.json"  # beside `chalicelib` and `handlers`

type Kind = Literal["string", "integer", "number", "boolean"]


class Tuning(msgspec.Struct, omit_defaults=True):
    """What application.toml says about a handler, in place of its declaration."""

    timeout: float | None = None
    max_attempts: int | None = None
    on_failure: OnFailure | None = None
    long: bool | None = None
    rate: str | None = None


class Declared(msgspec.Struct):
    """One handler of the application, with everything that the API needs."""

    module: str
    timeout: float
    max_attempts: int
    on_failure: OnFailure
    long: bool
    check: bool
    description: str
    payload: dict[str, Any] | None  # see rebuild.py; None: only the module itself has the type
    schemas: Mapping[str, tuple[dict[str, Any], dict[str, Any]]]  # of payload and result, see web/schemas.py
    kept_ms: int | None = None


class Manifest(msgspec.Struct):
    settings: dict[str, Kind] = {}
    services: list[str] = []  # of AWS that the permissions name, as botocore calls them
    tuning: dict[str, Tuning] = {}
    handlers: dict[str, Declared] = {}
    deletes_users: bool = False  # whether it has a function for users who are deleted


def read(root: Path) -> Manifest | None:
    """None if no application is shipped."""
    path = root / FILE
    return msgspec.json.decode(path.read_bytes(), type=Manifest) if path.is_file() else None


def tuned(handler: Handler, tuning: Tuning | None) -> Handler:
    """The handler with the limits that application.toml gives it."""
    if tuning is None:
        return handler
    policy = Policy(
        max_attempts=tuning.max_attempts or handler.policy.max_attempts,
        on_failure=tuning.on_failure or handler.policy.on_failure,
    )
    long = handler.long if tuning.long is None else tuning.long
    rate = handler.rate
    if tuning.rate is not None:
        from chalicelib.core.rates import Rate

        rate = Rate.parse(tuning.rate)
    return replace(handler, timeout=tuning.timeout or handler.timeout, policy=policy, long=long, rate=rate)


class ManifestRegistry(Registry):
    """The handlers of the application as the API needs them: none of them can be called.

    The module of a handler is imported if the payload's type cannot be told as data or has a check, and then
    by the first request of that type.
    """

    def __init__(self, own: Registry, manifest: Manifest) -> None:
        """`own`: the handlers that are not the application's."""
        super().__init__(own)
        self._manifest = manifest

    def get(self, type_: str) -> Handler | None:
        declared = self._manifest.handlers.get(type_)
        if type_ not in self._handlers and declared:
            self.add(self._handler(type_, declared))
        return super().get(type_)

    def types(self) -> list[str]:
        return sorted({*super().types(), *self._manifest.handlers})

    def _handler(self, type_: str, declared: Declared) -> Handler:
        if declared.payload is None or declared.check:
            found = Registry()
            found.collect(vars(import_module(declared.module)).values())
            handler = found.get(type_)
            assert handler  # noqa: S101  (it was there when the manifest was written, from the same files)
            return tuned(handler, self._manifest.tuning.get(type_))
        # Most calls of the API need no type of the application.
        from chalicelib.handlers.rebuild import rebuilt

        policy = Policy(max_attempts=declared.max_attempts, on_failure=declared.on_failure)
        payload = rebuilt(declared.payload)
        return Handler(
            type_,
            _not_here,
            payload,
            Any,
            declared.timeout,
            policy,
            long=declared.long,
            place=declared.module,
            kept_ms=declared.kept_ms,
        )


def _not_here(payload: Any) -> None:
    raise NotImplementedError("The API does not run handlers.")
