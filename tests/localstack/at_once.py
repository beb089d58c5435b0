"""What another thread does at the worst moment, done there. LocalStack's own Python runs this program.

It ends with a traceback if LocalStack cannot bear it.
"""

from types import SimpleNamespace
from typing import Any

from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import InitializationType
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.sqs.models import sqs_stores
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.sts.models import sts_backends

from gurukool_localstack import assignment, faults, shared_stores
from gurukool_localstack.iam import check
from gurukool_localstack.kept import stacks

ACCOUNT = "000000000000"
MANAGER = "manager"
ON_DEMAND = InitializationType.on_demand
VERSION: Any = SimpleNamespace(qualified_arn="arn", config=SimpleNamespace(capacity_provider_config=None))


class Environment:
    """As LocalStack's, but that `meanwhile` is called when somebody wants to reserve it."""

    initialization_type = ON_DEMAND

    def __init__(self, name: str, meanwhile: Any = lambda: None) -> None:
        self.id = name
        self.is_busy = False
        self._meanwhile = meanwhile

    def reserve(self) -> None:
        self._meanwhile()
        if self.is_busy:
            raise InvalidStatusException(self.id)
        self.is_busy = True

    def release(self) -> None:
        self.is_busy = False


def another_environment_is_added() -> None:
    service = AssignmentService()
    environments = service.environments[MANAGER]
    for name in "ab":
        environments[name] = Environment(name, lambda: environments.update(c=Environment("c")))
    environments["a"].is_busy = True
    with service.get_environment(MANAGER, VERSION, ON_DEMAND) as environment:
        assert environment is environments["b"]
    assert not environment.is_busy


def another_invocation_wants_the_new_environment() -> None:
    class Environments(dict[str, Environment]):
        def __setitem__(self, name: str, added: Environment) -> None:
            super().__setitem__(name, added)
            if not added.is_busy:
                added.reserve()

    service = AssignmentService()
    service.environments[MANAGER] = Environments()
    service.start_environment = lambda *_: Environment("new")
    with service.get_environment(MANAGER, VERSION, ON_DEMAND) as environment:
        assert environment.id == "new"


def a_function_is_created() -> None:
    functions = lambda_stores[ACCOUNT]["us-east-1"].functions
    functions["one"] = "one"
    for _ in functions.values():
        functions["other"] = "other"


def a_queue_is_created() -> None:
    queues = sqs_stores[ACCOUNT]["us-east-1"].queues
    queues["one"] = "one"
    for _ in queues.values():
        queues["other"] = "other"


def a_log_group_or_a_stream_is_created() -> None:
    logs = logs_backends[ACCOUNT]["us-east-1"]
    logs.create_log_group("one", {})
    logs.create_log_stream("one", "one")
    stored: tuple[Any, ...] = (logs.groups, logs.groups["one"].streams)
    for created in stored:
        for _ in created.items():
            created["other"] = created["one"]
    logs.groups["one"].to_describe_dict()


def another_fault_begins() -> None:
    class Authorization(str):
        __slots__ = ()

        def __contains__(self, _service: object) -> bool:
            faults._until["other"] = 0.0
            return False

    faults._until["one"] = 0.0
    assert not faults.is_failing(Authorization())


def a_role_or_a_policy_is_created() -> None:
    class Role:
        @property
        def arn(self) -> str:
            roles["other"] = self
            return "other"

    roles: Any = iam_backends[ACCOUNT]["aws"].roles
    roles["one"] = Role()
    assumed: Any = SimpleNamespace(access_key_id="key", role_arn="arn")
    sts_backends[ACCOUNT]["aws"].assumed_roles.append(assumed)
    assert check._find_role(ACCOUNT, "key") is None

    managed = SimpleNamespace(versions=[SimpleNamespace(document="{}", is_default=True)])
    role = SimpleNamespace(policies={"one": "{}"}, managed_policies={"one": managed})
    for _ in check._policies(role):
        role.policies["other"], role.managed_policies["other"] = "{}", managed


def a_stack_is_created() -> None:
    class Record(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            stacks._records["other"] = self
            return super().__getitem__(name)

    stacks._records["one"] = Record(resources={})
    assert stacks.ids("AWS::S3::Bucket") == set()


if __name__ == "__main__":
    assignment.install()
    shared_stores.install()
    another_environment_is_added()
    another_invocation_wants_the_new_environment()
    a_function_is_created()
    a_queue_is_created()
    a_log_group_or_a_stream_is_created()
    another_fault_begins()
    a_role_or_a_policy_is_created()
    a_stack_is_created()
