"""What LocalStack stores of functions, queues and logs, for many threads at once.

LocalStack goes through these dictionaries while other threads add to them. An invocation failed if another
one started or ended an execution environment just then, or a function was created; a call that lists or
searches logs failed if a process of a function wrote its first line just then.
"""

from collections import defaultdict
from typing import Any

from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.models import LambdaStore
from localstack.services.sqs.models import SqsStore
from moto.logs.models import LogGroup, LogsBackend

from gurukool_localstack.shared_dict import SharedDict

_stock_assignment = AssignmentService.__init__
_stock_log_group = LogGroup.__init__
_stock_logs = LogsBackend.__init__


def install() -> None:
    AssignmentService.__init__ = _init_assignment
    LogGroup.__init__ = _init_log_group  # type: ignore[assignment,method-assign]
    LogsBackend.__init__ = _init_logs  # type: ignore[assignment,method-assign]
    for store, name in (
        (LambdaStore, "functions"),
        (LambdaStore, "event_source_mappings"),
        (SqsStore, "queues"),
    ):
        vars(store)[name].default = SharedDict


def _init_assignment(service: AssignmentService) -> None:
    _stock_assignment(service)
    service.environments = defaultdict(SharedDict)


def _init_log_group(group: LogGroup, *args: Any, **options: Any) -> None:
    _stock_log_group(group, *args, **options)
    group.streams = SharedDict()


def _init_logs(backend: LogsBackend, *args: Any, **options: Any) -> None:
    _stock_logs(backend, *args, **options)
    backend.groups = SharedDict()
