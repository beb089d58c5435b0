"""Our own part of the CloudFormation template: the files beside this one, one for each concern, as one."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # has no types; what it returns is checked by cfn-lint

from infra import deployed_release, operations, sweepers
from infra.apps import in_template
from infra.apps.folder import App
from infra.gateway_responses import gateway_responses
from infra.yaml_loader import SafeLoader

Template = dict[str, Any]
DIRECTORY = Path(__file__).parent


def load(app: App | None = None, directory: Path = DIRECTORY) -> Template:
    """The parts put together, and those of the application.

    Raises ValueError if two of ours define the same name.
    """
    whole: Template = {}
    for path in sorted(directory.glob("*.yaml")):
        for section, entries in yaml.load(path.read_text(), SafeLoader).items():  # noqa: S506  (a safe one)
            _add(whole.setdefault(section, {}), entries, path)
    _add(whole["Outputs"], deployed_release.outputs(), Path(deployed_release.__file__))
    _add(whole["Resources"], sweepers.resources(), Path(sweepers.__file__))
    whole["Resources"]["RestAPI"]["Properties"]["GatewayResponses"] = gateway_responses()
    if app:
        in_template.add(app, whole)
    operations.add(whole)
    return whole


def _add(section: Template, entries: Template, path: Path) -> None:
    twice = section.keys() & entries.keys()
    if twice:
        raise ValueError(f"{path.name} defines {', '.join(sorted(twice))} a second time.")
    section |= entries
