"""What Grafana's dashboards, and traces, say about the stack by name or number is what the stack has."""

import json

from chalicelib.adapters.cloudwatch import traces
from infra import template
from infra.grafana import prices, resources
from tests.docs.test_file_sizes import CHECKOUT
from tests.scale import limits


def test_the_names_are_those_of_the_template() -> None:
    whole = template.load()["Resources"].values()

    def names(property_: str) -> set[str]:
        found = [resource.get("Properties", {}).get(property_) or {} for resource in whole]
        given = [name["Fn::Sub"] for name in found if "Fn::Sub" in name]  # others refer to a function
        return {name.removeprefix("${AWS::StackName}-") for name in given}

    assert names("FunctionName") == set(resources.FUNCTIONS) == set(traces.FUNCTIONS)
    dead = map(resources.dead_letters, resources.QUEUES)
    assert names("QueueName") == {f"{name}.fifo" for name in (*resources.QUEUES, *dead)}


def test_prices_are_those_of_the_scale() -> None:
    for name in ("REST_CALL", "INVOCATION", "GB_SECOND", "SQS_CALL", "WRITE_UNIT", "READ_UNIT"):
        assert getattr(prices, name) == getattr(limits, name).value
    assert limits.LOG_GB.value == prices.LOG_MB * 1000 / 1_000_000


def test_memory_is_that_of_the_functions() -> None:
    stages = json.loads((CHECKOUT / ".chalice" / "config.json").read_text())["stages"]
    functions = stages["live"]["lambda_functions"]
    deployed = {
        name.replace("api_handler", "api").replace("_", "-"): function["lambda_memory_size"] / 1024
        for name, function in functions.items()
    }
    assert deployed == prices.MEMORY_GB
    assert set(deployed.values()) == {prices.MEMORY_GB["sweeper"], prices.MEMORY_GB["worker"]}
