"""The events that CloudFormation reports while it changes a stack."""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

Report = Callable[[str], None]
Event = Mapping[str, Any]

WORDS = {"CREATE": "created", "UPDATE": "updated", "DELETE": "deleted"}
# An answer has all events of the stack, so it takes longer than one with the stack's state.
SECONDS_BETWEEN_LOOKS = 0.5
# In the reason of a resource that was cancelled because another one failed.
CANCELLED = "cancelled"


class Events:
    """Reports the events of a stack that happen after this object was made."""

    def __init__(self, cloudformation: Any, stack: str, report: Report) -> None:
        self._pages = cloudformation.get_paginator("describe_stack_events")
        self._stack = stack
        self._report = report
        self._last = next((event["EventId"] for event in self._newest_first()), None)
        self._looked = time.monotonic()
        self.failures: list[str] = []

    def report_new_at_times(self) -> None:
        """Does the same as `report_new`, unless that was done within SECONDS_BETWEEN_LOOKS."""
        if time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self.report_new()

    def report_new(self) -> None:
        """Reports which resources are finished, and adds the reasons of failures to `failures`."""
        self._looked = time.monotonic()
        new = list(takewhile(lambda event: event["EventId"] != self._last, self._newest_first()))
        for event in reversed(new):
            self._last = event["EventId"]
            self._report_one(event)

    def _report_one(self, event: Event) -> None:
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
