"""The deploy program, on the emulator."""

import pytest
from botocore.exceptions import ClientError

from infra import parameters
from infra.deploy import Options, delete, deploy, main
from infra.errors import GOES_ON, UnfinishedError
from infra.evaluation import Evaluation
from infra.target import Target, local_cloud
from infra.variables import size_of
from local_cloud.emulator import Emulator
from tests.free_ports import free_ports
from tests.infra.documents import Document


@pytest.fixture
def target(emulator: Emulator) -> Target:
    """A stack of its own, beside the one of the other tests."""
    return local_cloud(emulator.edge_url, stack="infra-test")


def queue_limit(target: Target, function: str) -> str:
    configuration = target.client("lambda").get_function_configuration(FunctionName=function)
    return str(configuration["Environment"]["Variables"]["QUEUE_LIMIT"])


def require_same_variables(target: Target, given: dict[str, str], template: Document) -> None:
    """A function has those whose length was checked before; only the names of resources are others."""
    values = parameters.resolve(template["Parameters"], target.parameters, given)
    described = template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    expected = Evaluation(template, values, target.stack, target.region).variables(described)
    configured = target.client("lambda").get_function_configuration(FunctionName=f"{target.stack}-api")
    actual = configured["Environment"]["Variables"]
    assert actual.keys() == expected.keys()
    other = {name for name, value in expected.items() if actual[name] != value}
    assert other == {name for name in other if name.endswith(("_TABLE", "_URL", "_ARN"))}
    assert (
        0 <= size_of(expected) - size_of(actual) < 100
    )  # CloudFormation's names are longer than LocalStack's


def test_a_plan_of_a_new_stack_leaves_none(target: Target) -> None:
    told: list[str] = []
    assert deploy(target, {}, told.append, Options(plan=True)) == {}
    assert "create QueuesTable (AWS::DynamoDB::Table)" in told
    with pytest.raises(ClientError, match="does not exist"):
        target.client("cloudformation").describe_stacks(StackName=target.stack)


def test_a_stack_is_created_changed_left_alone_and_deleted(target: Target, template: Document) -> None:
    pollers = {"MinimumPollers": "2", "MaximumPollers": "3"}
    given = {"QueueLimit": "7", "AlarmEmail": "ops@example.com", **pollers}
    outputs = deploy(target, given, print)
    require_same_variables(target, given, template)
    assert queue_limit(target, outputs["ApiFunction"]) == "7"
    alarms = target.client("cloudwatch").describe_alarms(AlarmNamePrefix=target.stack)["MetricAlarms"]
    assert {"infra-test-SweeperStopped", "infra-test-WorkerBusy"} <= {alarm["AlarmName"] for alarm in alarms}
    assert {a["Threshold"] for a in alarms if a["AlarmName"] == "infra-test-WorkerBusy"} == {30}
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {outputs["AlarmTopicArn"]}

    told: list[str] = []
    assert deploy(target, {}, told.append) == outputs
    assert "No resource has changed." in told
    assert queue_limit(target, outputs["ApiFunction"]) == "7"

    told.clear()
    deploy(target, {"QueueLimit": "8"}, told.append)
    assert "updated APIHandler (AWS::Lambda::Function)" in told
    assert queue_limit(target, outputs["ApiFunction"]) == "8"

    told.clear()
    delete(target, told.append)
    assert "deleted APIHandler (AWS::Lambda::Function)" in told
    assert target.client("dynamodb").describe_table(TableName=outputs["RequestsTable"])


def test_a_cloud_that_does_not_answer_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_ports().edge}")
    with pytest.raises(SystemExit, match="make up"):
        main(["--local"])


def test_a_region_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(SystemExit, match="--region"):
        main([])


@pytest.mark.parametrize("arguments", [["--delete"], ["--stack", "one", "--delete", "two"]])
def test_a_stack_is_deleted_by_its_name_only(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "--delete" in capsys.readouterr().err


def test_an_application_cannot_be_named_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--app", "shop", "--without-app"])
    assert "--without-app removes it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (UnfinishedError(f"Lost. {GOES_ON}"), 3)]
)
def test_whoever_does_not_see_the_end_is_told_that_the_cloud_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
) -> None:
    def end(*_: object) -> None:
        raise error

    monkeypatch.setattr("infra.deploy.deploy", end)
    with pytest.raises(SystemExit) as ended:
        main(["--local"])
    assert ended.value.code == status
    assert "CloudFormation goes on" in capsys.readouterr().err
