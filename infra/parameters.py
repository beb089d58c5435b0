"""The values of the template's parameters."""

import re
from collections.abc import Mapping
from typing import Any

from infra.errors import DeployError

Values = dict[str, str]

OIDC_HALF = (
    "OidcIssuer and OidcAudience belong together: give both to accept the tokens of an identity provider, or "
    "set both to nothing (--parameter OidcIssuer= --parameter OidcAudience=)."
)

# What is 0 for "none" and otherwise at least so much.
AT_LEAST = {"MinimumPollers": 2, "WarmWrites": 4000}

TWO_INDEXES = (
    "This update adds the first index of requests, and DynamoDB adds one index of a table at a time: deploy "
    "without TypeIndex=on first, then with it."
)

FEWER_SHARDS = (
    "SweepShards can only be raised: the sweeper would no longer find queues that are in the shards above."
)
UNKNOWN_SHARDS = (
    "The stack has no value of SweepShards, as release 0.1.0 leaves it, and the sweeper does not find queues "
    "in shards above the number. If the stack never had a release after 0.1.0, give --parameter "
    "SweepShards=8; otherwise give the number that it had then, or 256 if nobody knows it."
)

# Characters of a stack's name. The longest name that begins with it is that of the dead letters of callbacks
# (36 more), and SQS takes 80.
LONGEST_NAME = 44


def resolve(declared: Mapping[str, Any], before: Mapping[str, str], given: Mapping[str, str]) -> Values:
    """A value for every declared parameter: the given one, else the one before, else the default.

    A parameter that is no longer declared is forgotten. Raises DeployError if a value is wrong.
    """
    values = {
        name: str(described["Default"]) for name, described in declared.items() if "Default" in described
    }
    values |= {name: before[name] for name in declared if name in before} | dict(given)
    if "CorsOrigins" in values:  # CloudFormation can split a list, and cannot remove its spaces
        values["CorsOrigins"] = values["CorsOrigins"].replace(" ", "")
    if missing := sorted(declared.keys() - values.keys()):
        options = " ".join(f"--parameter {name}=…" for name in missing)
        raise DeployError(f"There is no value for {', '.join(missing)}: give {options}.")
    for name, value in values.items():
        _check(name, value, declared)
    if bool(values.get("OidcIssuer")) != bool(values.get("OidcAudience")):
        raise DeployError(OIDC_HALF)
    for name, least in AT_LEAST.items():
        if 0 < int(values.get(name, "0")) < least:
            raise DeployError(f"{name} must be 0, or at least {least}.")
    if int(values.get("MinimumPollers", "0")) > int(values.get("MaximumPollers", "0")):
        raise DeployError("MaximumPollers must be at least MinimumPollers.")
    return values


def lost(declared: Mapping[str, Any], before: Mapping[str, str], values: Values) -> list[str]:
    """Sentences about the parameters of an update that lose their values, and those that had none before.

    A stack that went back to a release without a parameter has forgotten its value: then the default is not
    what it had.
    """
    if not before:
        return []
    forgotten = [f"{name}={value}" for name, value in before.items() if name not in declared]
    new = [f"{name}={value}" for name, value in values.items() if name not in before]
    told = {
        "Parameters that are forgotten, because what is deployed does not have them": forgotten,
        "Parameters that are new to the stack": new,
    }
    return [f"{what}: {', '.join(which)}" for what, which in told.items() if which]


def check_indexes(before: Mapping[str, str], values: Values) -> None:
    """Raises DeployError if an update would add two indexes to one table.

    `before`: the parameters of the stack; empty if there is none. A stack of a release without this parameter
    gets the other index of requests by this update.
    """
    if before and "TypeIndex" not in before and values["TypeIndex"] == "on":
        raise DeployError(TWO_INDEXES)


def check_shards(
    before: Mapping[str, str], given: Mapping[str, str], values: Values, *, local: bool = False
) -> None:
    """Raises DeployError if queues would stay in shards that nobody reads any more, or may.

    An update without a value before needs one that is `given`: 0.1.0 forgets the parameter, but the queues
    keep their shards. A local cloud does not need it: 0.1.0 deletes its data.
    """
    if before and not local and "SweepShards" not in {*before, *given}:
        raise DeployError(UNKNOWN_SHARDS)
    if int(values["SweepShards"]) < int(before.get("SweepShards", "0")):
        raise DeployError(FEWER_SHARDS)


def check_name(stack: str, before: Mapping[str, str], values: Values) -> None:
    """Raises DeployError if the name of the stack is too long for the names that begin with it.

    A stack that exists (`before` has its parameters) and has no callbacks may go on under a longer name.
    """
    if len(stack) > LONGEST_NAME and (not before or values["CallbackHosts"]):
        raise DeployError(
            f"The name of the stack has {len(stack)} characters, and may have {LONGEST_NAME}: the names of "
            "its queues begin with it. Choose a shorter one with --stack."
        )


def _check(name: str, value: str, declared: Mapping[str, Any]) -> None:
    if name not in declared:
        raise DeployError(f"There is no parameter {name}. There are: {', '.join(sorted(declared))}.")
    expected = _expected(value, declared[name])
    if expected:
        raise DeployError(f"The parameter {name} is {value!r}, but must be {expected}.")


def _expected(value: str, parameter: Mapping[str, Any]) -> str | None:
    """What the value should have been, or None if it is right."""
    if allowed := [str(choice) for choice in parameter.get("AllowedValues", [])]:
        return None if value in allowed else f"one of {', '.join(allowed)}"
    if "MaxLength" in parameter:
        pattern = parameter.get("AllowedPattern")
        fits = len(value) <= parameter["MaxLength"] and (not pattern or re.fullmatch(pattern, value))
        like = f" like {pattern}" if pattern else ""
        return None if fits else f"up to {parameter['MaxLength']} characters{like}"
    low, high = parameter["MinValue"], parameter["MaxValue"]
    right = value.isdecimal() and low <= int(value) <= high
    return None if right else f"a whole number from {low} to {high}"
