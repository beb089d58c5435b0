"""What the extension replaces in LocalStack: two modules must not undo each other's changes."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import gurukool_localstack

PACKAGE = Path(gurukool_localstack.__path__[0])
FOREIGN = ("botocore", "localstack", "moto", "rolo", "werkzeug")
# Modules that add to one function of LocalStack, each of them a concern of its own. All of them call the
# function that they have found.
SHARED = {
    "ApiGatewayStageProvider.update": {"api_updates", "method_settings"},  # the first replaces LocalStack's
    "ExecutionEnvironment.invoke": {"payloads", "updates"},
    "LambdaProvider.update_function_configuration": {"refusals", "visibility"},
    "LambdaProvider.validate_event_source_mapping": {"refusals", "visibility"},
    "LambdaService.invoke": {"payloads", "recursion", "updates"},
    "RestApiAwsProxyIntegration.invoke": {"gateway_limits", "tracing"},
}


def names(module: ast.Module, context: type[ast.expr_context]) -> Iterator[str]:
    """Attributes of what a module imports from LocalStack, as `Class.attribute`: those read, or those set."""
    statements = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    foreign = {
        alias.asname or alias.name
        for statement in statements
        for alias in statement.names
        if (statement.module or "").partition(".")[0] in FOREIGN
    }
    for node in ast.walk(module):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=kind):
                if name in foreign and isinstance(kind, context):
                    yield f"{name}.{attribute}"


def parsed() -> dict[str, ast.Module]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text())
        for path in paths
    }


def test_a_function_of_localstack_is_replaced_by_one_module() -> None:
    by_name = defaultdict(set)
    for module, source in parsed().items():
        for name in names(source, ast.Store):
            by_name[name].add(module)

    assert "CloudwatchDatabase.add_metric_data" in by_name
    assert {name: modules for name, modules in by_name.items() if len(modules) > 1} == SHARED


def test_modules_that_share_a_function_call_what_they_have_found() -> None:
    sources = parsed()
    replacing = [
        (name, module)
        for name, modules in SHARED.items()
        for module in sorted(modules)
        if name not in names(sources[module], ast.Load)
    ]
    assert replacing == [("ApiGatewayStageProvider.update", "api_updates")]
