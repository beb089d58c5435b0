"""A new execution environment belongs to the invocation that has started it.

LocalStack offers it to all invocations before that one has reserved it. The one that came too late failed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
)
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType

LOG = logging.getLogger(__name__)


def install() -> None:
    AssignmentService.get_environment = _get_environment


@contextmanager
def _get_environment(
    service: AssignmentService, manager_id: str, version: FunctionVersion, kind: InitializationType
) -> Iterator[ExecutionEnvironment]:
    """Reserves an environment, which is released afterwards, and ended if the invocation raises an error."""
    environment = _idle(service, manager_id, kind) or _new(service, manager_id, version, kind)
    try:
        yield environment
        environment.release()
    except InvalidStatusException as error:
        LOG.error("An environment of %s could not be released: %s", version.qualified_arn, error)  # noqa: TRY400
    except Exception:
        service.stop_environment(environment)
        raise


def _idle(
    service: AssignmentService, manager_id: str, kind: InitializationType
) -> ExecutionEnvironment | None:
    for environment in service.environments[manager_id].values():
        if environment.initialization_type == kind:
            try:
                environment.reserve()
            except InvalidStatusException:
                continue
            return environment
    return None


def _new(
    service: AssignmentService, manager_id: str, version: FunctionVersion, kind: InitializationType
) -> ExecutionEnvironment:
    """Raises AssignmentException if it cannot be started, or its kind is not started on demand."""
    if kind != InitializationType.on_demand:
        raise AssignmentException(f"No environment of the kind {kind} is idle, in spite of the lease.")
    environment = service.start_environment(manager_id, version)
    environment.reserve()
    service.environments[manager_id][environment.id] = environment
    return environment
