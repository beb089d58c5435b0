"""The calls of CloudWatch Logs for queries. LocalStack ignores most of what a query says.

A query is over when StartQuery answers, and its result is kept as long as LocalStack runs.
"""

import itertools
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.logs import (
    InvalidParameterException,
    MalformedQueryException,
    ResourceNotFoundException,
)
from localstack.services.logs.provider import LogsProvider

from gurukool_localstack.insights.discovery import fields_of
from gurukool_localstack.insights.query import LIMIT, Query, parsed
from gurukool_localstack.insights.stored_events import backend, pointed_at
from gurukool_localstack.insights.stored_events import events as events_of
from gurukool_localstack.insights.values import written
from gurukool_localstack.scanner import SyntaxFaultError

_LANGUAGE = "CWLI"  # of Logs Insights; AWS knows SQL and PPL, too
_KEPT = 1000  # queries, of which each has its whole result


@dataclass(frozen=True)
class _Ended:
    """A query that is over."""

    id: str
    place: tuple[str, str]  # account and region
    text: str
    created_at: int  # milliseconds since the epoch
    groups: list[str]
    results: list[list[dict[str, str]]]
    statistics: dict[str, float]


_ended: deque[_Ended] = deque(maxlen=_KEPT)
_lock = threading.Lock()


def install() -> None:
    LogsProvider.start_query = _start_query
    LogsProvider.get_query_results = _get_query_results
    LogsProvider.stop_query = _stop_query
    LogsProvider.describe_queries = _describe_queries
    LogsProvider.get_log_record = _get_log_record


def _start_query(_provider: LogsProvider, context: RequestContext, **request: Any) -> dict[str, str]:
    text, place = request["query_string"], (context.account_id, context.region)
    if (request.get("query_language") or _LANGUAGE) != _LANGUAGE:
        raise InvalidParameterException(f"The local cloud knows queries in {_LANGUAGE} only.")
    groups = _groups(place, request)
    if request["start_time"] > request["end_time"]:
        raise InvalidParameterException("The start time of a query must not be after its end time.")
    query = _checked(text)
    events = list(events_of(place, groups, request["start_time"] * 1000, (request["end_time"] + 1) * 1000))
    rows = [fields_of(event, context.account_id) for event in events]
    result = query.run(rows, request.get("limit") or LIMIT)
    statistics: dict[str, float] = {
        "recordsMatched": result.matched,
        "recordsScanned": len(events),
        "bytesScanned": sum(len(event.message.encode()) for event in events),
        "logGroupsScanned": len(groups),
    }
    created_at = time.time_ns() // 1_000_000
    ended = _Ended(str(uuid.uuid4()), place, text, created_at, groups, result.written(), statistics)
    with _lock:
        _ended.append(ended)
    return {"queryId": ended.id}


def _checked(text: str) -> Query:
    """The query. Raises MalformedQueryException, with the place in the text as on AWS."""
    try:
        return parsed(text)
    except SyntaxFaultError as error:
        refusal = MalformedQueryException(f"{error} ([{error.at},{error.end}])")
        location = {"startCharOffset": error.at, "endCharOffset": error.end}
        refusal.queryCompileError = {"location": location, "message": str(error)}
        raise refusal from None


def _groups(place: tuple[str, str], request: Mapping[str, Any]) -> list[str]:
    """The names of its log groups. Raises InvalidParameterException, ResourceNotFoundException."""
    given = (
        [request["log_group_name"]] if request.get("log_group_name") else [],
        request.get("log_group_names") or [],
        # ARNs, or names; an ARN may end with :*, or with : from Grafana, which takes the asterisk away
        [
            name.removesuffix("*").removesuffix(":").split(":")[-1]
            for name in request.get("log_group_identifiers") or []
        ],
    )
    if sum(map(bool, given)) != 1:
        raise InvalidParameterException(
            "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers is required."
        )
    names = list(dict.fromkeys(itertools.chain(*given)))
    for name in names:
        if name not in backend(place).groups:
            raise ResourceNotFoundException("The specified log group does not exist.")
    return names


def _found(context: RequestContext, query_id: str) -> _Ended:
    with _lock:
        for ended in _ended:
            if ended.id == query_id and ended.place == (context.account_id, context.region):
                return ended
    raise ResourceNotFoundException("The specified query does not exist.")


def _get_query_results(
    _provider: LogsProvider, context: RequestContext, query_id: str, **_options: Any
) -> dict[str, Any]:
    ended = _found(context, query_id)
    return {
        "queryLanguage": _LANGUAGE,
        "results": ended.results,
        "statistics": ended.statistics,
        "status": "Complete",
    }


def _stop_query(_provider: LogsProvider, context: RequestContext, query_id: str, **_options: Any) -> None:
    """As on AWS, a query that is over cannot be stopped."""
    ended = _found(context, query_id)
    raise InvalidParameterException(f"Query with ID {ended.id} is already ended with status Complete.")


def _describe_queries(_provider: LogsProvider, context: RequestContext, **request: Any) -> dict[str, Any]:
    """The newest first, in one page."""
    if (request.get("status") or "Complete") != "Complete":
        return {"queries": []}
    place, group = (context.account_id, context.region), request.get("log_group_name")
    with _lock:
        found = [ended for ended in reversed(_ended) if ended.place == place]
    return {
        "queries": [
            {
                "queryLanguage": _LANGUAGE,
                "queryId": ended.id,
                "queryString": ended.text,
                "status": "Complete",
                "createTime": ended.created_at,
                "logGroupName": ended.groups[0],
            }
            for ended in found
            if group is None or group in ended.groups
        ][: request.get("max_results")]
    }


def _get_log_record(
    _provider: LogsProvider, context: RequestContext, log_record_pointer: str, **_options: Any
) -> dict[str, Any]:
    """All fields of the event that a result's `@ptr` names."""
    place = (context.account_id, context.region)
    event = pointed_at(place, log_record_pointer)
    if event is None:
        raise InvalidParameterException("The log record pointer is invalid.")
    fields = fields_of(event, context.account_id)
    return {"logRecord": {name: written(value) for name, value in fields.items()}}
