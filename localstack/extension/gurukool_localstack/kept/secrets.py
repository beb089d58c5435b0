"""The secrets of Secrets Manager, with all their versions."""

from typing import Any

from moto.secretsmanager.models import FakeSecret, secretsmanager_backends

NAME = "secrets"
SERVICE = "secretsmanager"
READING = ("BatchGet", "Describe", "Get", "List", "Validate")  # how the names of other operations begin


def changes(operation: str) -> bool:
    return not operation.startswith(READING)


def dump() -> Any:
    """Without replicas in other regions."""
    return [
        {**vars(secret), "replicas": []}
        for regions in list(secretsmanager_backends.values())
        for backend in list(regions.values())
        for secret in list(dict.values(backend.secrets))
        if isinstance(secret, FakeSecret)
    ]


def load(kept: Any) -> None:
    for attributes in kept:
        secret: Any = FakeSecret.__new__(FakeSecret)
        vars(secret).update(attributes)
        backend = secretsmanager_backends[secret.account_id][secret.region]
        backend.secrets[secret.name] = secret
