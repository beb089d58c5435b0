"""A function that is updated or deleted finishes its current invocation, as on AWS.

LocalStack ends the function's environments and removes its code at once. Here only an idle environment ends
at once. A busy one ends after its invocation, and the code stays as long as an environment runs it.
"""

import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from localstack.aws.api import ServiceException
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment, RuntimeStatus
from localstack.services.lambda_.invocation.lambda_models import S3Code
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager

_stock_destroy_cached = S3Code.destroy_cached
_stock_invoke_service = LambdaService.invoke
_stock_invoke_version = LambdaVersionManager.invoke
_stock_invoke = ExecutionEnvironment.invoke
_stock_release = ExecutionEnvironment.release
_stock_stop = ExecutionEnvironment.stop

_lock = threading.Lock()
_users: defaultdict[Path, set[object]] = defaultdict(set)  # environments, by the directory of their code
_unwanted: dict[Path, S3Code] = {}  # code to remove when its last user has ended


def install() -> None:
    S3Code.destroy_cached = _destroy_cached
    LambdaService.invoke = _invoke_service
    LambdaVersionManager.invoke = _invoke_version
    ExecutionEnvironment.invoke = _invoke
    ExecutionEnvironment.release = _release
    ExecutionEnvironment.stop = _stop


def hold(code: S3Code, user: object) -> None:
    """Keeps the code on the disk until its last user releases it."""
    with _lock:
        _users[code.get_unzipped_code_location()].add(user)


def release(code: S3Code, user: object) -> None:
    """Removes the code if it is unwanted and has no other user."""
    place = code.get_unzipped_code_location()
    with _lock:
        _users[place].discard(user)
        if _users[place]:
            return
        del _users[place]
        unwanted = _unwanted.pop(place, None)
    if unwanted:
        _stock_destroy_cached(unwanted)


def _destroy_cached(code: S3Code) -> None:
    place = code.get_unzipped_code_location()
    with _lock:
        if place in _users:
            _unwanted[place] = code
            return
    _stock_destroy_cached(code)


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
