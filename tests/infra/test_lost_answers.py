"""A connection that ends, or answers that get lost, while a stack is changed."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ReadTimeoutError,
    UnauthorizedSSOTokenError,
)

from infra.errors import GOES_ON, UnfinishedError
from infra.stack import Stack, Wanted
from tests.infra.fakes import FakeCloudFormation, Moment

WANTED = Wanted("https://template")
LOST = ReadTimeoutError(endpoint_url="https://cloudformation")
OVERLOADED = ClientError(
    {"Error": {"Code": "ServiceUnavailable"}, "ResponseMetadata": {"HTTPStatusCode": 503}},
    "Call",
)
EXPIRED = ClientError(
    {"Error": {"Code": "ExpiredToken"}, "ResponseMetadata": {"HTTPStatusCode": 403}},
    "Call",
)


def stack(cloudformation: FakeCloudFormation, told: list[str]) -> Stack:
    return Stack(cloudformation, "gurukool", told.append, pause=lambda: None)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("describe_stacks", EXPIRED),
        ("describe_stacks", EndpointConnectionError(endpoint_url="https://cloudformation")),
        ("execute_change_set", LOST),
        ("execute_change_set", OVERLOADED),
    ],
)
def test_a_change_that_has_begun_or_may_have_is_not_told_as_one_that_failed(
    call: str, error: Exception
) -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), errors={call: error})
    with pytest.raises(UnfinishedError) as raised:
        stack(cloudformation, []).apply(WANTED)
    assert str(error) in str(raised.value)
    assert str(raised.value).endswith(GOES_ON)
    assert cloudformation.called == ["create_change_set UPDATE", "execute_change_set"]


@pytest.mark.parametrize("error", [LOST, OVERLOADED])
def test_a_change_that_has_not_begun_is_one_that_failed_and_leaves_no_change_set(error: Exception) -> None:
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []), errors={"execute_change_set": error}, execution="AVAILABLE"
    )
    with pytest.raises(type(error)):
        stack(cloudformation, []).apply(WANTED)
    assert cloudformation.called[-1] == "delete_change_set"


@pytest.mark.parametrize("execution", ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"])
def test_a_change_that_has_begun_is_followed_although_the_answer_was_lost(execution: str) -> None:
    ends: list[Moment] = [("UPDATE_IN_PROGRESS", []), ("UPDATE_COMPLETE", [])]
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []), ends, errors={"execute_change_set": LOST}, execution=execution
    )
    stack(cloudformation, []).apply(WANTED)
    assert cloudformation.called == ["create_change_set UPDATE", "execute_change_set"]


def test_without_credentials_nothing_has_begun() -> None:
    ended = UnauthorizedSSOTokenError()
    changed = FakeCloudFormation(("CREATE_COMPLETE", []), errors={"execute_change_set": ended}, refusal=ended)
    with pytest.raises(UnauthorizedSSOTokenError):
        stack(changed, told := list[str]()).apply(WANTED)
    assert told[0].startswith("Delete the change set change-set, since this program could not: ")

    deleted = FakeCloudFormation(("CREATE_COMPLETE", []), errors={"delete_stack": ended})
    with pytest.raises(UnauthorizedSSOTokenError):
        stack(deleted, []).delete()


def test_a_change_that_was_refused_is_one_that_failed() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), errors={"execute_change_set": EXPIRED})
    with pytest.raises(ClientError, match="ExpiredToken"):
        stack(cloudformation, []).apply(WANTED)
    assert cloudformation.called[-1] == "delete_change_set"


def test_botocore_may_repeat_both_calls_whose_answers_were_lost() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), [("UPDATE_COMPLETE", [])])
    stack(cloudformation, []).apply(WANTED)
    assert len([token for token in cloudformation.tokens if token]) == 2


@pytest.mark.parametrize(
    ("before", "removal"),
    [(("CREATE_COMPLETE", []), "delete_change_set"), (None, "delete_stack")],
)
def test_what_a_change_set_without_an_answer_has_left_is_removed(before: Moment | None, removal: str) -> None:
    ends: list[Moment] = [("DELETE_COMPLETE", [])]
    cloudformation = FakeCloudFormation(before, ends, errors={"create_change_set": LOST})
    with pytest.raises(ReadTimeoutError):
        stack(cloudformation, told := list[str]()).apply(WANTED)
    assert (cloudformation.called[-1], told) == (removal, [])


def test_a_change_set_that_was_never_made_needs_no_removal() -> None:
    none = ClientError({"Error": {"Code": "ChangeSetNotFound"}}, "DeleteChangeSet")
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []), errors={"create_change_set": LOST}, refusal=none
    )
    with pytest.raises(ReadTimeoutError):
        stack(cloudformation, told := list[str]()).apply(WANTED)
    assert told == []


def test_a_deletion_whose_answer_was_lost_may_go_on() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), errors={"delete_stack": LOST})
    with pytest.raises(UnfinishedError):
        stack(cloudformation, []).delete()
