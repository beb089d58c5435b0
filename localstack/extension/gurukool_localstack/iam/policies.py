"""Decides whether policies allow an action on a resource.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Conditions are not evaluated: a statement with conditions allows what it would allow without them, and denies
nothing.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

type Policy = Mapping[str, Any]


def allow(policies: Iterable[Policy], action: str, resource: str | None) -> bool:
    """Whether at least one statement allows the action and none denies it.

    `resource`: an ARN; None if it is not known, which every statement fits.
    """
    concerned = [
        statement
        for policy in policies
        for statement in _listed(policy["Statement"])
        if _fits(statement, "Action", action, ignoring_case=True) and _fits(statement, "Resource", resource)
    ]
    denied = any(each["Effect"] == "Deny" and "Condition" not in each for each in concerned)
    return not denied and any(each["Effect"] == "Allow" for each in concerned)


def for_principal(policy: Policy, principal: str) -> Policy:
    """The statements of a resource's own policy that are about this principal, which is an ARN."""
    return {
        "Statement": [
            each for each in _listed(policy["Statement"]) if _names(each.get("Principal"), principal)
        ]
    }


def _names(given: Any, principal: str) -> bool:
    named = _listed(given.get("AWS", ())) if isinstance(given, Mapping) else _listed(given)
    return "*" in named or principal in named


def _fits(
    statement: Mapping[str, Any], element: str, value: str | None, *, ignoring_case: bool = False
) -> bool:
    """Whether the value is among the statement's patterns; for NotAction and NotResource, whether not."""
    negated = f"Not{element}" in statement
    if value is None:
        return True
    patterns = _listed(statement.get(f"Not{element}" if negated else element, ()))
    return negated != any(_expression(pattern, ignoring_case).fullmatch(value) for pattern in patterns)


@lru_cache(1024)
def _expression(pattern: str, ignoring_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignoring_case else 0))


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]
