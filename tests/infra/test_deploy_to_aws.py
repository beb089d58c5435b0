"""The deploy program on AWS, which is played by fakes: what it asks and says before it changes anything."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from chalice.app import CloudWatchEvent

from infra import new
from infra.apps import folder
from infra.deploy import Options, _values, delete, deploy
from infra.errors import DeployError
from infra.target import Target
from tests.infra.fakes import FakeCloudFormation, Moment, change, change_set

ACCOUNT = "123456789012"
REPLACED = change_set(change("Modify", "QueuesTable", "AWS::DynamoDB::Table", "True"))
DENIED = ClientError({"Error": {"Code": "AccessDenied"}}, "Call")
SILENT = ReadTimeoutError(endpoint_url="https://aws.example")
CREATED: list[Moment] = [("CREATE_COMPLETE", [])] * 3


@dataclass(frozen=True)
class Aws(Target):
    cloudformation: Any = field(default_factory=lambda: FakeCloudFormation(None, CREATED))
    concurrency: int = 1000
    started: list[str] = field(default_factory=list)  # the functions that were invoked
    refusal: Exception | None = None  # of that

    def client(self, service: str) -> Any:
        return getattr(self, f"_{service}")()

    def _sts(self) -> Any:
        return SimpleNamespace(get_caller_identity=lambda: {"Account": ACCOUNT})

    def _cloudformation(self) -> Any:
        return self.cloudformation

    def _lambda(self) -> Any:
        limit = {"AccountLimit": {"ConcurrentExecutions": self.concurrency}}
        return SimpleNamespace(get_account_settings=lambda: limit, invoke=self._invoke)

    def _invoke(self, **asked: Any) -> None:
        assert asked["InvocationType"] == "Event"
        CloudWatchEvent(json.loads(asked["Payload"]), None)  # as Chalice reads it
        if self.refusal:
            raise self.refusal
        self.started.append(asked["FunctionName"])

    def _secretsmanager(self) -> Any:
        return SimpleNamespace()

    def _s3(self) -> Any:
        """It has the bucket and every file already."""

        def there(**_: str) -> None:
            return None

        return SimpleNamespace(
            head_bucket=there, head_object=there, meta=SimpleNamespace(endpoint_url="https://s3")
        )


def test_the_account_and_the_region_are_told_first_and_the_stack_is_protected_at_last() -> None:
    told: list[str] = []
    aws = Aws("eu-central-1")
    deploy(aws, {}, told.append)
    assert told[0] == "stack gurukool in account 123456789012 of AWS, region eu-central-1"
    assert aws.cloudformation.called == ["create_change_set CREATE", "execute_change_set", "protect True"]


def test_a_stack_that_is_protected_is_not_protected_again() -> None:
    """Whoever may not do that is told nothing, since nothing is wrong."""
    described = {"EnableTerminationProtection": True}
    cloudformation = FakeCloudFormation(None, CREATED * 2, described=described, refusal=DENIED)
    told: list[str] = []
    deploy(Aws("eu-central-1", cloudformation=cloudformation), {}, told.append)
    assert "protect True" not in cloudformation.called
    assert not [line for line in told if "protected" in line]


def test_outputs_that_cannot_be_read_leave_the_stack_changed() -> None:
    class Forgetful(FakeCloudFormation):
        def describe_stacks(self, **asked: str) -> dict[str, Any]:
            if "protect True" in self.called:
                raise DENIED
            return super().describe_stacks(**asked)

    with pytest.raises(DeployError, match=r"The stack is changed, but .*\(AccessDenied\)\. Run this again"):
        deploy(Aws("eu-central-1", cloudformation=Forgetful(None, CREATED)), {}, print)


def test_parameters_that_an_update_forgets_or_resets_are_told() -> None:
    """As after a way back to a release that has not all of them."""
    before = {"Colour": "blue", "SweepShards": "8"}
    stack = SimpleNamespace(parameters=lambda: before)
    told: list[str] = []
    _values(Aws("eu-west-1"), stack, {"LogLevel": "ERROR"}, told.append, None)  # type: ignore[arg-type]
    forgotten, new = told
    assert forgotten == (
        "Parameters that are forgotten, because what is deployed does not have them: Colour=blue"
    )
    assert new.startswith("Parameters that are new to the stack: ")
    assert {"AlarmEmail=,", "LogLevel=ERROR,"} <= set(new.split())
    assert "SweepShards" not in new


def test_the_limit_of_the_account_makes_the_alarm_unless_there_is_one_already() -> None:
    def chosen(before: dict[str, str], given: dict[str, str]) -> str:
        stack = SimpleNamespace(parameters=lambda: before)
        return _values(Aws("eu-west-1", concurrency=2000), stack, given, print, None)["ConcurrencyAlarm"]  # type: ignore[arg-type]

    assert chosen({}, {}) == "1400"
    assert chosen({}, {"ConcurrencyAlarm": "5"}) == "5"
    assert chosen({"ConcurrencyAlarm": "0"}, {"SweepShards": "8"}) == "0"


def test_the_sweeper_is_started_at_the_end_for_what_the_former_code_has_held() -> None:
    aws = Aws("eu-west-1")
    deploy(aws, {}, lambda line: None)
    assert aws.started == ["gurukool-sweeper"]


@pytest.mark.parametrize(("error", "reason"), [(DENIED, "AccessDenied"), (SILENT, str(SILENT))])
def test_what_fails_after_the_deployment_is_told_and_the_deployment_does_not_fail(
    error: Exception, reason: str
) -> None:
    cloudformation = FakeCloudFormation(None, CREATED, refusal=error)
    told: list[str] = []
    deploy(Aws("eu-west-1", cloudformation=cloudformation, refusal=error), {}, told.append)
    unprotected, not_started = told[-2:]
    assert unprotected == (
        f"The stack is not protected against deletion ({reason}): deploy again, with the "
        "permission cloudformation:UpdateTerminationProtection."
    )
    assert not_started == (f"gurukool-sweeper was not started ({reason}): it starts within a minute.")


def test_a_deletion_tells_them_too() -> None:
    told: list[str] = []
    delete(Aws("eu-central-1", "other", cloudformation=FakeCloudFormation(None)), told.append)
    assert told == [
        "stack other in account 123456789012 of AWS, region eu-central-1",
        "There is no stack other.",
    ]


def test_a_plan_changes_nothing() -> None:
    told: list[str] = []
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=REPLACED)
    deploy(Aws("eu-central-1", cloudformation=cloudformation), {}, told.append, Options(plan=True))
    assert "REPLACE QueuesTable (AWS::DynamoDB::Table)" in told
    assert cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]


def test_a_table_is_replaced_only_by_its_name() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=REPLACED)
    with pytest.raises(DeployError, match="--allow-replacement LOGICAL_ID"):
        deploy(Aws("eu-central-1", cloudformation=cloudformation), {}, print)


def aws_with_a_shop() -> Aws:
    described = {"Outputs": [{"OutputKey": "Application", "OutputValue": "shop"}]}
    before: Moment = ("UPDATE_COMPLETE", [])
    return Aws("eu-central-1", cloudformation=FakeCloudFormation(before, CREATED, described=described))


def test_an_application_is_left_out_only_if_that_is_said() -> None:
    refusing, leaving = aws_with_a_shop(), aws_with_a_shop()
    with pytest.raises(DeployError, match=r"the application shop.*--app FOLDER.*--without-app"):
        deploy(refusing, {}, print)
    assert refusing.cloudformation.called == []

    deploy(leaving, {}, print, Options(without_app=True))
    assert leaving.cloudformation.called[0] == "create_change_set UPDATE"


def test_an_application_replaces_another_one_only_if_somebody_names_it(tmp_path: Path) -> None:
    """As after a deployment that was killed before it was noted, or one by another program."""
    new.write(tmp_path / "bakery")
    bakery = folder.read(tmp_path / "bakery")
    refusing, replacing = aws_with_a_shop(), aws_with_a_shop()
    with pytest.raises(DeployError, match=rf"the application shop, but .* names {bakery.path}.*APP=none"):
        deploy(refusing, {}, print, Options(app=bakery, app_is_noted=True))
    assert refusing.cloudformation.called == []

    deploy(replacing, {}, print, Options(app=bakery))
    assert replacing.cloudformation.called[0] == "create_change_set UPDATE"

    new.write(tmp_path / "shop")
    shop, again = folder.read(tmp_path / "shop"), aws_with_a_shop()
    deploy(again, {}, print, Options(app=shop, app_is_noted=True))
    assert again.cloudformation.called[0] == "create_change_set UPDATE"


def test_an_account_that_is_too_small_is_told_before_anything_is_packaged() -> None:
    told: list[str] = []
    with pytest.raises(DeployError, match="at most 10 functions"):
        deploy(Aws("eu-central-1", concurrency=10), {}, told.append)
    assert len(told) == 1
