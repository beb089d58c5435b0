"""How long the variables of the functions are, which is known before anything is deployed.

Lambda refuses a function with more in the middle of an update, which CloudFormation then takes back.
"""

import json
from collections.abc import Mapping
from typing import Any

from infra.errors import DeployError
from infra.evaluation import FUNCTION, Evaluation
from infra.target import Target

# Of all variables of one function, as a JSON object without spaces, which Lambda shows if it is too long.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 4_096
SHOWN = 3  # variables that the message names

Template = Mapping[str, Any]


def check(template: Template, values: Mapping[str, str], target: Target) -> None:
    """Raises DeployError if a function would have more than Lambda takes.

    `template`: as packaged. `values`: its parameters.
    """
    evaluation = Evaluation(template, values, target.stack, target.region)
    for resource in template["Resources"].values():
        if resource["Type"] != FUNCTION or not evaluation.is_made(resource):
            continue
        variables = evaluation.variables(resource["Properties"]["Environment"]["Variables"])
        if (size := size_of(variables)) > MOST_BYTES:
            function = evaluation.text(resource["Properties"]["FunctionName"])
            longest = sorted(variables, key=lambda name: len(variables[name]), reverse=True)[:SHOWN]
            raise DeployError(
                f"The variables of the function {function} would have {size} bytes, and Lambda takes "
                f"{MOST_BYTES}. The longest are {', '.join(longest)}: give their parameters shorter values."
            )


def size_of(variables: Mapping[str, str]) -> int:
    return len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())
