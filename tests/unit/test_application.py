"""What handlers get of their application: settings, secrets, and names of resources."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.dynamodb.resources import DeployedResources
from chalicelib.adapters.runtime.application import from_environment
from chalicelib.adapters.security.secret_settings import SecretSettings
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.application import UndeclaredError

ENVIRONMENT = {
    "APP_SETTING_limit": "100",
    "APP_SETTING_rate": "0.5",
    "APP_SETTING_fast": "false",
    "APP_SETTING_name": "",
    "APP_SECRET_stripe": "arn:stripe",
    "APP_RESOURCE_balances": "shop-AppBalances-1X",
    "OTHER": "value",
}
DECLARED = SimpleNamespace(
    settings={"limit": "integer", "rate": "number", "fast": "boolean", "name": "string"}, services=["s3"]
)


class Vault:
    """Secrets Manager."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.failing = failing
        self.asked: list[str] = []

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        self.asked.append(SecretId)
        if self.failing:
            raise self.failing
        return {"SecretString": "sk_1"}


class Outside:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def application_secrets(self, arns: Any) -> SecretSettings:
        return SecretSettings(arns, lambda: self._vault)

    def application_resources(self, names: Any, services: Any) -> DeployedResources:
        return DeployedResources(names, services, lambda: pytest.fail("no table was asked for"))


def test_settings_have_the_types_that_are_declared() -> None:
    settings = from_environment(ENVIRONMENT, DECLARED, Outside(Vault())).settings

    assert dict(settings) == {"limit": 100, "rate": 0.5, "fast": False, "name": ""}
    with pytest.raises(
        UndeclaredError, match=r"no setting 'limt'\. Declared in application\.toml: fast, limit"
    ):
        settings["limt"]


def test_a_secret_is_read_once_and_shown_nowhere() -> None:
    vault = Vault()
    settings = from_environment(ENVIRONMENT, DECLARED, Outside(vault)).settings

    assert [settings.secret("stripe") for _ in range(3)] == ["sk_1"] * 3
    assert vault.asked == ["arn:stripe"]
    assert "sk_1" not in f"{settings!r} {settings} {dict(settings)}"
    with pytest.raises(UndeclaredError, match=r"no secret 'paypal'\. Declared in application\.toml: stripe"):
        settings.secret("paypal")


@pytest.mark.parametrize(
    ("failing", "says"),
    [
        (ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue"), "has no value"),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"), "cannot be read"),
        (EndpointConnectionError(endpoint_url="x"), "cannot be read"),
    ],
)
def test_a_secret_that_cannot_be_read_is_asked_for_again(failing: Exception, says: str) -> None:
    vault = Vault(failing)
    secret = SecretSettings({"stripe": "arn:stripe"}, lambda: vault)

    with pytest.raises(UnavailableError, match=f"The secret stripe {says}"):
        secret("stripe")
    vault.failing = None
    assert secret("stripe") == "sk_1"


def test_resources_have_the_names_of_the_deployment() -> None:
    resources = from_environment(ENVIRONMENT, DECLARED, Outside(Vault())).resources

    assert resources.name("balances") == "shop-AppBalances-1X"
    with pytest.raises(
        UndeclaredError, match=r"no resource 'totals'\. Declared in resources\.yaml: balances"
    ):
        resources.table("totals")
    with pytest.raises(UndeclaredError, match=r"'sns'\. Declared in application\.toml: s3"):
        resources.client("sns")
