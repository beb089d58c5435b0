"""What CloudFormation says while it works on a stack."""

from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

Report = Callable[[str], None]
Event = Mapping[str, Any]

WORDS = {"CREATE": "created", "UPDATE": "updated", "DELETE": "deleted"}
# The resources that CloudFormation gave up because another one failed.
CANCELLED = "cancelled"


class Events:
    """The events of a stack since this object was made."""

    def __init__(self, cloudformation: Any, stack: str, report: Report) -> None:
        self._pages = cloudformation.get_paginator("describe_stack_events")
        self._stack = stack
        self._report = report
        self._last = next((event["EventId"] for event in self._newest_first()), None)
        self.failures: list[str] = []

    def report_new(self) -> None:
        """Tells which resources are done, and gathers the reasons of those that failed."""
        new = list(takewhile(lambda event: event["EventId"] != self._last, self._newest_first()))
        for event in reversed(new):
            self._last = event["EventId"]
            self._tell(event)

    def _tell(self, event: Event) -> None:
        action, _, result = event["ResourceStatus"].rpartition("_")
        name = f"{event['LogicalResourceId']} ({event['ResourceType']})"
        if result == "COMPLETE" and action in WORDS:
            self._report(f"{WORDS[action]} {name}")
        reason = event.get("ResourceStatusReason")
        if result == "FAILED" and reason and CANCELLED not in reason:
            self.failures.append(f"{name}: {reason}")
            self._report(f"FAILED {self.failures[-1]}")

    def _newest_first(self) -> Iterator[Event]:
        for page in self._pages.paginate(StackName=self._stack):
            yield from page["StackEvents"]
