"""The composition root: the one place that knows which adapter stands behind which port.

`app.py` makes one container for each process and hands it to the routes and to the functions; nothing
fetches it from a global. Each part is made when it is first asked for, and its imports stand where it is
made: a worker must not pay for what only the HTTP API needs.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.runtime import invocation
from chalicelib.container.adapters import Adapters
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.container.identity import Identity
    from chalicelib.container.queueing import Queueing
    from chalicelib.core.queueing.application import Application
    from chalicelib.core.queueing.application import Settings as ApplicationSettings
    from chalicelib.core.queueing.registry import Registry
    from chalicelib.handlers.manifest import Manifest

HOUR_MS = 3_600_000
ROOT = Path(__file__).parents[2]  # of what is shipped; the application's handlers are there


class Container:
    """The parts of one process: settings, adapters, handlers, and the use cases by subject.

    A test hands over adapters of its own, and all use cases are made over them as in production:

        Container({"SAMPLE_HANDLERS": "on"}, lambda settings: MemoryAdapters(settings))
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        make_adapters: Callable[[Settings], Adapters] = Adapters,
        root: Path = ROOT,
    ) -> None:
        """`environment` is read when a setting is first needed, not now. `root`: where the application is."""
        self._root = root
        self._environment = environment
        self._make_adapters = make_adapters

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingError if the deployment's environment is wrong."""
        return Settings.from_environment(self._environment)

    def begin(self, context: Any) -> None:
        """Begin the invocation with this Lambda `context`: logs, traces and metrics as the settings say.

        Raises SettingError, and OSError if the process has no standard output any more.
        """
        settings = self.settings
        by_type = settings.metrics == "types"
        invocation.begin(
            context,
            settings.log_level,
            traced=settings.tracing,
            collector=settings.otlp_endpoint,
            measured=settings.measured_stack,
            by_type=by_type,
        )

    @cached_property
    def adapters(self) -> Adapters:
        return self._make_adapters(self.settings)

    @cached_property
    def manifest(self) -> Manifest | None:
        """What the application declares; None if there is no application."""
        from chalicelib.handlers.manifest import read

        return read(self._root)

    @cached_property
    def handlers(self) -> Registry:
        """What carries requests out. Raises whatever a handler's module raises when it is imported."""
        return self._load(self._root if self.manifest else None)

    @cached_property
    def declared(self) -> Registry:
        """What requests can be sent for. No module of the application is imported to know that."""
        if self.manifest is None:
            return self.handlers
        from chalicelib.handlers.manifest import ManifestRegistry

        own = self._load(None)
        registry = ManifestRegistry(own, self.manifest)
        registry.kept_ms = own.kept_ms
        return registry

    @cached_property
    def application(self) -> Application:
        """What the handlers get of the application that they belong to."""
        from chalicelib.core.queueing.application import Application

        if self.manifest is None:
            return Application(require_callback=self.require_callback)
        from chalicelib.adapters.runtime.application import from_environment

        return from_environment(self._environment, self.manifest, self.adapters, self.require_callback)

    @cached_property
    def check_settings(self) -> ApplicationSettings:
        """What a handler's check gets of them."""
        if self.manifest is None:
            return self.application.settings
        from chalicelib.adapters.runtime.application import without_secrets

        return without_secrets(self.application.settings)

    def _load(self, application: Path | None) -> Registry:
        from chalicelib.handlers import load
        from chalicelib.webhooks.handler import http_handler

        http = http_handler(lambda: self.settings.allowed_hosts, lambda: self.adapters.deliverer)
        registry = load(
            samples=self.settings.sample_handlers,
            checked=self.settings.synthetic_check != "off",
            own=[http],
            application=application,
        )
        registry.kept_ms = self.settings.outcome_retention_hours * HOUR_MS
        return registry

    def require_callback(self, url: str, path: str) -> None:
        """Raises InvalidInputError if no outcome may be pushed to this URL. `path` is the field's."""
        from chalicelib.webhooks.callback_urls import require_allowed

        require_allowed(url, self.settings.callback_hosts, path)

    @cached_property
    def queueing(self) -> Queueing:
        from chalicelib.container.queueing import Queueing

        return Queueing(self)

    @cached_property
    def identity(self) -> Identity:
        from chalicelib.container.identity import Identity

        return Identity(self)
