"""The parts of the stack's template that come from an application."""

from typing import Any

from chalicelib.adapters.runtime.application import RESOURCE, SECRET, SETTING
from infra.apps import deployed, resources
from infra.apps.declaration import Setting
from infra.apps.folder import App
from infra.apps.naming import as_text, parameter_name, secret_id, secret_output
from infra.apps.resources import logical_id

RUN_HANDLERS = ("Worker", "SlowWorker", "LongWorker")
PATTERNS = {"integer": "-?[0-9]{1,15}", "number": "-?[0-9]{1,15}([.][0-9]{1,15})?(e[-+]?[0-9]{1,3})?"}
LONGEST = 1_000  # characters of a setting's value

Template = dict[str, Any]


def add(app: App, template: Template) -> None:
    """Adds parameters, resources, outputs, and the functions' variables and memory."""
    declared, used = app.declared, resources.named(app.resources)
    template["Parameters"] |= {parameter_name(name): _parameter(of) for name, of in declared.plain.items()}
    template["Resources"] |= resources.in_template(app.resources)
    template["Resources"] |= {secret_id(name): _secret(of) for name, of in declared.secrets.items()}
    template["Outputs"] |= deployed.outputs(app)
    template["Outputs"] |= {secret_output(name): _reference(secret_id(name)) for name in declared.secrets}
    template["Outputs"] |= {f"{logical_id(name)}Name": _reference(logical_id(name)) for name in used}
    _add_variables(app, template)
    for worker in RUN_HANDLERS:
        if declared.worker.memory_mb:
            _function(template, worker)["MemorySize"] = declared.worker.memory_mb


def _reference(id_: str) -> Template:
    return {"Value": {"Ref": id_}}


def _add_variables(app: App, template: Template) -> None:
    """The API gets the settings, for its checks; what runs handlers gets the secrets and resources too."""
    settings = {f"{SETTING}{name}": {"Ref": parameter_name(name)} for name in app.declared.plain}
    secrets = {f"{SECRET}{name}": {"Ref": secret_id(name)} for name in app.declared.secrets}
    names = {f"{RESOURCE}{name}": {"Ref": logical_id(name)} for name in resources.named(app.resources)}
    for function in ("APIHandler", *RUN_HANDLERS):
        variables = _function(template, function)["Environment"]["Variables"]
        variables |= settings if function == "APIHandler" else settings | secrets | names


def _function(template: Template, name: str) -> Template:
    properties: Template = template["Resources"][name]["Properties"]
    return properties


def _parameter(setting: Setting) -> Template:
    described: Template = {"Type": "String", "MaxLength": LONGEST}
    if setting.default is not None:
        described["Default"] = as_text(setting.default)
    if setting.description:
        described["Description"] = setting.description
    if setting.type == "boolean":
        return {**described, "AllowedValues": ["true", "false"]}
    return {**described, **({"AllowedPattern": PATTERNS[setting.type]} if setting.type in PATTERNS else {})}


def _secret(setting: Setting) -> Template:
    """Without a value: nobody but the operator has that, see infra/operate.py."""
    return {
        "Type": "AWS::SecretsManager::Secret",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"Description": setting.description or "A secret of the application"},
    }
