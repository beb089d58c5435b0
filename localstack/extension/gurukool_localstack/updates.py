"""A function that is updated or deleted finishes its current invocation, as on AWS.

LocalStack ends the function's environments and removes its code at once. Here only an idle environment ends
at once. A busy one ends after its invocation, and shared_code.py keeps the code until then.
"""

from typing import Any

from localstack.aws.api import ServiceException
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment, RuntimeStatus
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager

_stock_invoke_service = LambdaService.invoke
_stock_invoke_version = LambdaVersionManager.invoke
_stock_invoke = ExecutionEnvironment.invoke
_stock_release = ExecutionEnvironment.release
_stock_stop = ExecutionEnvironment.stop


def install() -> None:
    LambdaService.invoke = _invoke_service
    LambdaVersionManager.invoke = _invoke_version
    ExecutionEnvironment.invoke = _invoke
    ExecutionEnvironment.release = _release
    ExecutionEnvironment.stop = _stop


def _invoke_service(service: LambdaService, *args: Any, **options: Any) -> Any:
    """Invokes again if the version was replaced in the meantime, which reaches the new version."""
    try:
        return _stock_invoke_service(service, *args, **options)
    except ServiceException as error:
        if "shutting down" not in str(error):
            raise
    return _stock_invoke_service(service, *args, **options)


def _invoke_version(manager: LambdaVersionManager, *, invocation: Any) -> Any:
    """Ends an environment that was still starting when its version was replaced."""
    try:
        return _stock_invoke_version(manager, invocation=invocation)
    finally:
        if manager.shutdown_event.is_set():
            manager.assignment_service.stop_environments_for_version(manager.id)


def _invoke(environment: ExecutionEnvironment, invocation: Any) -> Any:
    try:
        return _stock_invoke(environment, invocation)
    except BaseException:
        environment.gurukool_failed = True  # LocalStack will not release it
        raise


def _stop(environment: ExecutionEnvironment) -> None:
    with environment.status_lock:
        if environment.status == RuntimeStatus.INVOKING and not hasattr(environment, "gurukool_failed"):
            environment.gurukool_ending = True
            return
    _stock_stop(environment)


def _release(environment: ExecutionEnvironment) -> None:
    _stock_release(environment)
    if hasattr(environment, "gurukool_ending"):
        _stock_stop(environment)
