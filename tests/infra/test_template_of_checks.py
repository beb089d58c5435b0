"""What a stack has for a synthetic check, and that it has nothing of it without one."""

import pytest

from tests.infra.documents import FUNCTIONS, Document, at, environment
from tests.infra.grants import X_RAY, granted, logs

OWN = {"Checker", "CheckerRole", "CheckerLogs", "CheckAccount"}
CONDITION = "HasSyntheticCheck"


def test_without_a_rate_there_is_nothing(template: Document) -> None:
    assert template["Parameters"]["SyntheticCheck"]["Default"] == "off"
    conditions = template["Conditions"]
    conditional = {
        name
        for name, of in template["Resources"].items()
        if CONDITION in {of.get("Condition"), *_parts(conditions.get(of.get("Condition"), {}))}
    }
    assert {name for name in conditional if not name.startswith("Alarm")} == OWN
    assert {name for name in template["Resources"] if name.startswith("Check")} == OWN
    alarms = {"AlarmCheckerErrors", "AlarmCheckerThrottles", "AlarmCheckFailing"}
    assert {name for name in conditional if name.startswith("Alarm")} == alarms


def _parts(condition: Document) -> set[str]:
    return {part["Condition"] for part in condition.get("Fn::And", []) if "Condition" in part}


def test_it_may_read_its_account_and_nothing_else(template: Document) -> None:
    account = {("secretsmanager:GetSecretValue", "CheckAccount")}
    assert granted(template, "CheckerRole") == account | X_RAY | logs("Checker")


def test_it_calls_the_public_address_at_the_rate_that_was_chosen(template: Document) -> None:
    properties = template["Resources"]["Checker"]["Properties"]
    assert at(properties, "Events.CheckerEvent.Properties.Schedule") == {"Ref": "SyntheticCheck"}
    gateway = at(template, "Outputs.ApiUrl.Value")
    assert environment(template, "Checker")["API_URL"] == {
        "Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, gateway]
    }
    assert properties["Role"] == {"Fn::GetAtt": ["CheckerRole", "Arn"]}
    assert at(properties, "EventInvokeConfig.MaximumRetryAttempts") == 0


def test_nothing_of_the_template_has_the_password(template: Document) -> None:
    assert template["Resources"]["CheckAccount"]["Properties"].keys() == {"Description"}


@pytest.mark.parametrize("function", sorted({*FUNCTIONS} - {"Sweeper"}))
def test_whoever_takes_requests_takes_those_of_the_check(template: Document, function: str) -> None:
    assert environment(template, function)["SYNTHETIC_CHECK"] == {"Ref": "SyntheticCheck"}


def test_lambda_calls_a_name_that_the_application_has(template: Document) -> None:
    import app

    assert template["Resources"]["Checker"]["Properties"]["Handler"] == "app.checker"
    assert callable(app.checker)
