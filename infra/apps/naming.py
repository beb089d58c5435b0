"""What settings and secrets are called in the stack's template."""

from typing import Any


def parameter_name(setting: str) -> str:
    return f"Setting{pascal(setting)}"


def secret_id(name: str) -> str:
    """What the secret is called in the template."""
    return f"Secret{pascal(name)}"


def secret_output(name: str) -> str:
    """The output of the stack that has the secret's ARN."""
    return f"{secret_id(name)}Arn"


def pascal(name: str) -> str:
    """`max_amount` is `MaxAmount`; names of settings that differ by an underscore only have one name here."""
    return "".join(part.capitalize() for part in name.split("_"))


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
