"""What a stack has for callbacks, and that it has nothing of it without hosts that may be called."""

import pytest

from tests.infra.documents import FUNCTIONS, Document, at, environment, resource_name

OWN = {
    *("Callbacks", "CallbacksRole", "CallbacksLogs"),
    *("CallbackWakeUps", "CallbackWakeUpsDeadLetters", "CallbackWakeUpsPolicy"),
}
SENDERS = {*FUNCTIONS.values(), "CallbacksRole"}


def test_without_hosts_there_is_nothing(template: Document) -> None:
    assert template["Parameters"]["CallbackHosts"]["Default"] == ""
    conditional = {
        name for name, of in template["Resources"].items() if of.get("Condition") == "HasCallbacks"
    }
    assert conditional == OWN == {name for name in template["Resources"] if name.startswith("Callback")}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_whoever_wakes_a_caller_knows_the_queue_if_there_is_one(template: Document, function: str) -> None:
    assert environment(template, function)["CALLBACK_WAKE_UPS_URL"] == {
        "Fn::If": ["HasCallbacks", {"Ref": "CallbackWakeUps"}, {"Ref": "AWS::NoValue"}]
    }


def test_they_may_send_to_it_and_nobody_else_may(template: Document) -> None:
    [statement] = at(template, "Resources.CallbackWakeUpsPolicy.Properties.PolicyDocument.Statement")
    assert statement["Action"] == ["sqs:SendMessage"]
    assert {resource_name(role) for role in statement["Principal"]["AWS"]} == SENDERS


def test_a_wake_up_is_invisible_for_as_long_as_the_function_may_run(template: Document) -> None:
    function = template["Resources"]["Callbacks"]["Properties"]
    queue = template["Resources"]["CallbackWakeUps"]["Properties"]
    assert queue["VisibilityTimeout"] >= function["Timeout"] + 10
    source = function["Events"]["CallbacksSqsEventSource"]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "CallbackConcurrency"}}


def test_the_function_may_replace_its_own_wake_ups_for_ever(template: Document) -> None:
    """Otherwise Lambda would drop the 17th of what it takes for a loop."""
    assert template["Resources"]["Callbacks"]["Properties"]["RecursiveLoop"] == "Allow"


def test_lambda_calls_a_name_that_the_application_has(template: Document) -> None:
    import app

    assert template["Resources"]["Callbacks"]["Properties"]["Handler"] == "app.callbacks"
    assert callable(app.callbacks)


@pytest.mark.parametrize("function", sorted({*FUNCTIONS} - {"Sweeper"}))
def test_whoever_takes_a_callback_knows_the_allowed_hosts(template: Document, function: str) -> None:
    assert environment(template, function)["CALLBACK_HOSTS"] == {"Ref": "CallbackHosts"}
