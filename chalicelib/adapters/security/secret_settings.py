"""The secret settings of an application, from Secrets Manager."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.application import refuse_undeclared


class SecretSettings:
    """Each value is read once by each process and kept in its memory only."""

    def __init__(self, arns: Mapping[str, str], client: Callable[[], Any]) -> None:
        self._arns = dict(arns)
        self._client = client
        self._values: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Raises UndeclaredError, and UnavailableError if there is no value yet or it cannot be read now."""
        if name not in self._arns:
            refuse_undeclared("secret", name, self._arns, "application.toml")
        if name not in self._values:
            self._values[name] = self._read(name)
        return self._values[name]

    def _read(self, name: str) -> str:
        try:
            return str(self._client().get_secret_value(SecretId=self._arns[name])["SecretString"])
        except ClientError as error:
            # The code is also that of a secret without a value.
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise UnavailableError(
                    f"The secret {name} has no value: the operator has to set it."
                ) from None
            raise UnavailableError(f"The secret {name} cannot be read.") from error
        except BotoCoreError as error:
            raise UnavailableError(f"The secret {name} cannot be read.") from error

    def __repr__(self) -> str:
        return f"SecretSettings({', '.join(sorted(self._arns))})"
