"""Least privilege, as far as the text of the policies tells; test_permissions.py looks at what is done."""

import pytest

from tests.infra.documents import FUNCTIONS, WORKERS, Document, resource_name, statements

# X-Ray and CloudWatch's metrics know no resources: AWS allows these calls on "*" only.
WITHOUT_RESOURCES = {
    "cloudwatch:GetMetricData",
    "xray:BatchGetTraces",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


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
    """The sweeper removes accounts and sessions whose deletion was interrupted, and cannot read them."""
    for role, allowed in (
        ("WorkerRole", set()),
        ("SlowWorkerRole", set()),
        ("LongWorkerRole", set()),
        ("SweeperRole", {"dynamodb:DeleteItem"}),
    ):
        reach = _reach(template, role)
        for table in ("AccountsTable", "SessionsTable"):
            assert {action for action, name in reach if name == table} == allowed
        assert "TokenKeys" not in {name for _, name in reach}


def test_only_slow_and_long_workers_read_the_webhook_keys(template: Document) -> None:
    """Requests of type http may take more than ten seconds, so that no quick worker ever runs one."""
    for role in ("ApiHandlerRole", "WorkerRole", "SweeperRole"):
        assert "WebhookKeys" not in {name for _, name in _reach(template, role)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_workers_send_to_the_long_lane(template: Document, function: str) -> None:
    """The API and the sweeper wake a quick or a slow worker, which hands a long request over."""
    may_send = {name for action, name in _reach(template, FUNCTIONS[function]) if action == "sqs:SendMessage"}
    assert may_send == set(WORKERS.values()) - (set() if function in WORKERS else {"LongWakeUps"})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_worker_receives_from_the_queue_of_its_lane_only(template: Document, function: str) -> None:
    received = {n for action, n in _reach(template, FUNCTIONS[function]) if action == "sqs:ReceiveMessage"}
    assert received == ({WORKERS[function]} if function in WORKERS else set())


def test_the_index_of_types_may_always_be_read(template: Document) -> None:
    """CloudFormation updates the role first, and the function reads the index until its variable says no."""
    resources = [resource for _, found in statements(template, "ApiHandlerRole") for resource in found]
    assert {"Fn::Sub": "${RequestsTable.Arn}/index/typed"} in resources


def _reach(template: Document, role: str) -> set[tuple[str, str]]:
    """The actions that a role allows, each with its resource."""
    return {
        (action, resource_name(resource))
        for actions, resources in statements(template, role)
        for action in actions
        for resource in resources
    }
