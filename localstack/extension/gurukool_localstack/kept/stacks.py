"""The stacks of CloudFormation, each with those of its resources that are kept.

After a start, a stack is there as if its last deployment had made these resources only. The next deployment
is an update, as on AWS: it finds them by their ids, changes what the new template changes about them, and
makes everything else.
"""

from typing import Any

from localstack.aws.api.cloudformation import ChangeAction, ExecutionStatus, StackStatus
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.services.cloudformation.stores import cloudformation_stores
from localstack.services.cloudformation.v2.entities import Stack

from gurukool_localstack.kept.pruning import KEPT, literal, pruned

NAME = "stacks"

type Record = dict[str, Any]

_ATTRIBUTES = (
    "account_id",
    "region_name",
    "stack_name",
    "stack_id",
    "status",
    "creation_time",
    "capabilities",
    "tags",
    "enable_termination_protection",
)

_NOTED = (ChangeAction.Add, ChangeAction.Modify)

_stock_execute = ChangeSetModelExecutor.execute
_stock_action = ChangeSetModelExecutor._execute_resource_action  # noqa: SLF001  (LocalStack's name)
_records: dict[str, Record] = {}  # by the id of the stack


def install(save: Any) -> None:
    """Has `save` called when a stack has changed, before CloudFormation says that it has.

    A resource that was made or changed is noted at once: a new table may be written to before the rest of its
    stack is made, and the rest may fail. If `save` raises OSError, the deployment has failed.
    """

    def act(executor: ChangeSetModelExecutor, **change: Any) -> Any:
        event = _stock_action(executor, **change)
        is_done = change["action"] in _NOTED and event.status == OperationStatus.SUCCESS
        if is_done and change["resource_type"] in KEPT:
            _note_at_once(executor, change["logical_resource_id"], change["action"])
            save()
        return event

    def execute(executor: ChangeSetModelExecutor) -> Any:
        result = _stock_execute(executor)
        if not result.failure_message:
            _note(executor._change_set, result)  # noqa: SLF001  (LocalStack's name)
            try:
                save()
            except OSError as error:
                result.failure_message = _fail(executor._change_set, error)  # noqa: SLF001
        return result

    ChangeSetModelExecutor._execute_resource_action = act  # noqa: SLF001
    ChangeSetModelExecutor.execute = execute


def _fail(change_set: Any, error: OSError) -> str:
    """Notes that the deployment has failed, and returns why.

    LocalStack catches what is raised in a deployment unless it is one of a change set, which would then be in
    progress for ever.
    """
    if change_set.execution_status != ExecutionStatus.EXECUTE_IN_PROGRESS:
        raise error
    reason = f"The stack cannot be kept: {error}"
    change_set.stack.set_stack_status(StackStatus.ROLLBACK_COMPLETE, reason)
    return reason


def dump() -> Any:
    return list(_records.values())


def ids(type_: str) -> set[str]:
    """What the resources of a type are called, of those that are kept."""
    made = (of for record in list(_records.values()) for of in record["resources"].values())
    return {of["PhysicalResourceId"] for of in made if of["Type"] == type_}


def load(kept: Any) -> None:
    for record in kept:
        _records[record["attributes"]["stack_id"]] = record
        stack = _stack(record)
        cloudformation_stores[stack.account_id][stack.region_name].stacks_v2[stack.stack_id] = stack


def _note(change_set: Any, result: Any) -> None:
    stack = change_set.stack
    if not change_set.processed_template:  # the stack is deleted
        _records.pop(stack.stack_id, None)
        return
    resources = {name: made for name, made in result.resources.items() if made["Type"] in KEPT}
    _records[stack.stack_id] = {
        "attributes": _attributes(change_set),
        "template": pruned(change_set.processed_template, resources),
        "parameters": change_set.resolved_parameters,
        "resources": resources,
        "outputs": result.outputs,
    }


def _note_at_once(executor: ChangeSetModelExecutor, name: str, action: ChangeAction) -> None:
    """Adds a resource, or its change, to what is known of its stack. One that replaces another is not new.

    The rest stays as the last deployment that succeeded has left it, with the conditions and parameters of
    that one, which may not be those under which the resource was made.
    """
    change_set = executor._change_set  # noqa: SLF001
    before: Record = {"template": {"Resources": {}}, "parameters": {}, "resources": {}, "outputs": []}
    before |= _records.get(change_set.stack.stack_id, {"attributes": _attributes(change_set)})
    if action == ChangeAction.Modify or name not in before["resources"]:
        made, described = executor.resources[name], change_set.processed_template["Resources"][name]
        resources = {**before["template"]["Resources"], name: literal(described, made)}
        _records[change_set.stack.stack_id] = {
            **before,
            "template": {**before["template"], "Resources": resources},
            "resources": {**before["resources"], name: made},
        }


def _attributes(change_set: Any) -> Record:
    stack = change_set.stack
    found = {name: getattr(stack, name) for name in _ATTRIBUTES}
    return {**found, "status": "UPDATE_COMPLETE", "tags": change_set.tags or stack.tags}


def _stack(record: Record) -> Stack:
    attributes = record["attributes"]
    stack = Stack(
        attributes["account_id"], attributes["region_name"], {"StackName": attributes["stack_name"]}
    )
    vars(stack).update(attributes)
    stack.template = stack.processed_template = record["template"]
    stack.resolved_parameters = record["parameters"]
    stack.resolved_resources = record["resources"]
    stack.resolved_outputs = record["outputs"]
    exports = [output for output in record["outputs"] if output.get("ExportName")]
    stack.resolved_exports = {output["ExportName"]: output["OutputValue"] for output in exports}
    for name, resource in record["resources"].items():
        stack.set_resource_status(
            logical_resource_id=name,
            physical_resource_id=resource["PhysicalResourceId"],
            resource_type=resource["Type"],
            status=resource["ResourceStatus"],
        )
    return stack
