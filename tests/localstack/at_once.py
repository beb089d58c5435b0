"""What another thread does at the worst moment, done there. LocalStack's own Python runs this program.

It ends with a traceback if LocalStack cannot bear it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import InitializationType
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.sqs.models import FifoQueue, sqs_stores
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.sts.models import sts_backends

from gurukool_localstack import assignment, faults, fifo, shared_stores
from gurukool_localstack.event_sources import GroupDispatcher
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


def a_group_gets_its_first_message() -> None:
    groups = FifoQueue("queue.fifo", "us-east-1", ACCOUNT).message_groups
    groups["one"] = "one"
    for _ in groups.values():
        groups["other"] = "other"


class Mutex:
    """As a queue's, but that another thread does something when it is free again."""

    def __init__(self, queue: FifoQueue, meanwhile: Callable[[], None]) -> None:
        self._mutex, self._queue, self._meanwhile = queue.mutex, queue, meanwhile
        queue.mutex = self

    def __enter__(self) -> None:
        self._mutex.acquire()

    def __exit__(self, *_: object) -> None:
        self._mutex.release()
        self._queue.mutex = self._mutex
        in_another_thread(self._meanwhile)


def in_another_thread(action: Callable[[], None]) -> None:
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def queue_with(*bodies: str, **attributes: str) -> FifoQueue:
    queue = FifoQueue("queue.fifo", "us-east-1", ACCOUNT, attributes)
    for body in bodies:
        send(queue, body)
    return queue


def send(queue: FifoQueue, body: str) -> None:
    message = {"Body": body, "MessageId": body, "Attributes": {}}
    queue.put(message, message_deduplication_id=body, message_group_id="group")


def bodies(result: Any) -> list[str]:
    return [message.message["Body"] for message in result.successful]


def a_later_message_is_sent_and_wanted() -> None:
    """While a receiver has taken the first two and not marked them yet."""
    queue, received = queue_with("1", "2"), list[str]()

    def meanwhile() -> None:
        send(queue, "3")
        received.extend(bodies(queue.receive(10)))

    Mutex(queue, meanwhile)
    result = queue.receive(2)
    assert (bodies(result), received) == (["1", "2"], [])
    for receipt in result.receipt_handles:
        queue.remove(receipt)
    assert bodies(queue.receive(10)) == ["3"]


def a_later_message_is_sent_while_one_is_not_made_invisible() -> None:
    queue = queue_with("1")
    Mutex(queue, lambda: send(queue, "2"))
    assert bodies(queue.receive(1, visibility_timeout=0)) == ["1"]
    assert bodies(queue.receive(10)) == ["1", "2"]


def a_later_message_is_sent_while_one_becomes_a_dead_letter() -> None:
    queue = queue_with("1", RedrivePolicy='{"deadLetterTargetArn": "arn", "maxReceiveCount": "1"}')
    queue.receive(1, visibility_timeout=0)
    Mutex(queue, lambda: send(queue, "2"))
    result = queue.receive(1)
    assert (bodies(result), len(result.dead_letter_messages)) == ([], 1)
    queue.update_message_group_visibility(queue.get_message_group("group"))  # as the provider does
    assert bodies(queue.receive(10)) == ["2"]


def two_messages_with_one_id_are_sent() -> None:
    queue, entered = queue_with(), list[bool]()

    def enter() -> None:
        entered.append(queue.mutex.acquire(blocking=False))
        if entered[-1]:
            queue.mutex.release()

    class Ids(OrderedDict[str, Any]):
        def get(self, *args: Any) -> Any:
            in_another_thread(enter)
            return super().get(*args)

    queue.deduplication = Ids()
    send(queue, "1")
    assert entered == [False], "nobody else sends between the look and the note"


def ids_are_noted_for_five_minutes() -> None:
    queue = queue_with("1", "2")
    queue.deduplication["1"].priority -= 300
    queue.deduplication["2"].priority -= 200
    send(queue, "3")
    assert list(queue.deduplication) == ["2", "3"]


def more_messages_are_there_than_free_slots() -> None:
    asked, may_end = list[int](), threading.Semaphore(0)

    def receive_message(*, MaxNumberOfMessages: int, **_: Any) -> Any:  # noqa: N803  (its name in boto3)
        groups = (f"group-{len(asked)}-{n}" for n in range(MaxNumberOfMessages))
        asked.append(MaxNumberOfMessages)
        return {"Messages": [{"Attributes": {"MessageGroupId": group}} for group in groups]}

    client = SimpleNamespace(receive_message=receive_message)
    poller = SimpleNamespace(
        batch_size=10, source_client=client, queue_url="", handle_messages=lambda _: may_end.acquire()
    )
    worker: Any = SimpleNamespace(
        esm_config={"ScalingConfig": {"MaximumConcurrency": 3}},
        poller=poller,
        uuid="one",
        _shutdown_event=threading.Event(),
    )
    dispatcher = GroupDispatcher(worker)
    dispatcher.poll()
    may_end.release()
    dispatcher.poll()
    assert asked == [3, 1]
    may_end.release(3)
    dispatcher.close()


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
    fifo.install()
    shared_stores.install()
    another_environment_is_added()
    another_invocation_wants_the_new_environment()
    a_function_is_created()
    a_queue_is_created()
    a_group_gets_its_first_message()
    a_later_message_is_sent_and_wanted()
    a_later_message_is_sent_while_one_is_not_made_invisible()
    a_later_message_is_sent_while_one_becomes_a_dead_letter()
    two_messages_with_one_id_are_sent()
    ids_are_noted_for_five_minutes()
    more_messages_are_there_than_free_slots()
    a_log_group_or_a_stream_is_created()
    another_fault_begins()
    a_role_or_a_policy_is_created()
    a_stack_is_created()
