"""An application's folder, read and checked as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.core.queueing.policy import OnFailure
from chalicelib.handlers.manifest import Manifest, Tuning
from infra import botocore_data
from infra.apps import declaration, permissions, resources
from infra.apps.declaration import Declaration
from infra.apps.naming import as_text, parameter_name, pascal
from infra.apps.permissions import Statement
from infra.apps.resources import Resources
from infra.errors import DeployError

HANDLERS = "handlers"


@dataclass(frozen=True, slots=True)
class App:
    path: Path
    declared: Declaration
    resources: Resources
    statements: list[Statement]  # of the workers' policies

    @property
    def handlers(self) -> Path:
        return self.path / HANDLERS

    @property
    def manifest(self) -> Manifest:
        """Without the handlers: what they declare is known when they are loaded, see infra/loadable.py."""
        tuning = {
            type_: Tuning(
                limits.timeout,
                limits.max_attempts,
                limits.on_failure and OnFailure(limits.on_failure),
                limits.long,
                limits.rate,
            )
            for type_, limits in self.declared.handlers.items()
        }
        return Manifest(
            settings={name: setting.type for name, setting in self.declared.plain.items()},
            services=sorted(botocore_data.services(self.declared.services)),
            tuning=tuning,
        )

    def doubts(self) -> list[str]:
        """Sentences about what may be a slip."""
        return [
            f"{declaration.FILE}: botocore knows no service of AWS for the permissions that begin with "
            f"{prefix}:, so handlers have no client of it in boto3. If they need none, all is well."
            for prefix in botocore_data.unknown(self.declared.services)
        ]

    def local_parameters(self) -> dict[str, str]:
        """The settings' values in the local cloud, as parameters of the template."""
        values = {
            name: setting.default if setting.local is None else setting.local
            for name, setting in self.declared.plain.items()
        }
        return {parameter_name(name): as_text(value) for name, value in values.items() if value is not None}


def read(path: Path) -> App:
    """Raises DeployError with a sentence that names the file."""
    found = path.expanduser().resolve()
    if not found.is_dir():
        raise DeployError(
            f"There is no application in {path}. `localstack/run -m infra.new {path}` makes one."
        )
    if not (found / HANDLERS).is_dir():
        raise DeployError(f"{path} is no application: it has no folder {HANDLERS}.")
    declared, own = declaration.read(found), resources.read(found)
    if twice := sorted(_ambiguous(declared)):
        raise DeployError(
            f"{declaration.FILE} is wrong: the settings {' and '.join(twice)} are too much alike."
        )
    return App(found, declared, own, permissions.statements(declared, own))


def _ambiguous(declared: Declaration) -> Iterator[str]:
    """Settings that would have one name in the template: `a_b` and `ab` do not, `a_1` and `a1` do."""
    ids = [pascal(name) for name in declared.settings]
    return (name for name in declared.settings if ids.count(pascal(name)) > 1)
