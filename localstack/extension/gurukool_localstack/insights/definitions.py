"""The saved queries of CloudWatch Logs Insights, which LocalStack does not know."""

import time
import uuid
from collections import defaultdict
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.logs import ResourceNotFoundException
from localstack.services.logs.provider import LogsProvider

type _Definitions = dict[str, dict[str, Any]]  # by id, as DescribeQueryDefinitions shows them

_definitions: defaultdict[tuple[str, str], _Definitions] = defaultdict(dict)  # by account and region


def install() -> None:
    LogsProvider.put_query_definition = _put
    LogsProvider.describe_query_definitions = _describe
    LogsProvider.delete_query_definition = _delete


def _own(context: RequestContext) -> _Definitions:
    return _definitions[context.account_id, context.region]


def _put(_provider: LogsProvider, context: RequestContext, **request: Any) -> dict[str, str]:
    given = request.get("query_definition_id")
    if given and given not in _own(context):
        raise ResourceNotFoundException("The specified query definition does not exist.")
    found = given or str(uuid.uuid4())
    _own(context)[found] = {
        "queryDefinitionId": found,
        "name": request["name"],
        "queryString": request["query_string"],
        "logGroupNames": request.get("log_group_names") or [],
        "lastModified": time.time_ns() // 1_000_000,
    }
    return {"queryDefinitionId": found}


def _describe(_provider: LogsProvider, context: RequestContext, **request: Any) -> dict[str, Any]:
    """In the order of their names, in one page."""
    prefix = request.get("query_definition_name_prefix") or ""
    found = [each for each in _own(context).values() if each["name"].startswith(prefix)]
    found.sort(key=lambda each: str(each["name"]))
    return {"queryDefinitions": found[: request.get("max_results")]}


def _delete(_provider: LogsProvider, context: RequestContext, **request: Any) -> dict[str, bool]:
    if _own(context).pop(request["query_definition_id"], None) is None:
        raise ResourceNotFoundException("The specified query definition does not exist.")
    return {"success": True}
