"""Least privilege, as far as the text of the policies tells; test_permissions.py looks at what is done."""

import pytest

from tests.infra.documents import FUNCTIONS, Document, resource_name, statements

# X-Ray knows no resources: AWS allows its calls on "*" only.
WITHOUT_RESOURCES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}


def test_every_function_has_a_role_of_its_own(template: Document) -> None:
    for function, role in FUNCTIONS.items():
        assert template["Resources"][function]["Properties"]["Role"] == {"Fn::GetAtt": [role, "Arn"]}


@pytest.mark.parametrize("role", FUNCTIONS.values())
def test_no_action_is_a_wildcard(template: Document, role: str) -> None:
    assert not [action for actions, _ in statements(template, role) for action in actions if "*" in action]


@pytest.mark.parametrize("role", FUNCTIONS.values())
def test_every_resource_is_named(template: Document, role: str) -> None:
    for actions, resources in statements(template, role):
        if not set(actions) <= WITHOUT_RESOURCES:
            names = {resource_name(resource).split("/")[0] for resource in resources}
            assert names <= template["Resources"].keys()


def test_only_the_api_reads_the_token_keys_and_the_accounts(template: Document) -> None:
    """The sweeper removes accounts whose deletion was interrupted, and cannot read them."""
    for role, accounts in (
        ("WorkerRole", set()),
        ("SlowWorkerRole", set()),
        ("SweeperRole", {"dynamodb:DeleteItem"}),
    ):
        reach = {
            (action, resource_name(resource))
            for actions, resources in statements(template, role)
            for action in actions
            for resource in resources
        }
        assert {action for action, name in reach if name == "AccountsTable"} == accounts
        assert not {name for _, name in reach} & {"TokenKeys", "SessionsTable"}


def test_only_the_slow_worker_reads_the_webhook_keys(template: Document) -> None:
    """Requests of type http may take long, so that no quick worker ever runs one."""
    for role in ("ApiHandlerRole", "WorkerRole", "SweeperRole"):
        reach = {resource_name(r) for _, resources in statements(template, role) for r in resources}
        assert "WebhookKeys" not in reach
