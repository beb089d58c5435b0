"""A scheduled rule of EventBridge that is disabled does nothing. LocalStack goes on sending its events."""

from collections.abc import Callable
from typing import Any, Protocol

type Job = Callable[..., None]


class Rule(Protocol):
    """What is used of LocalStack's."""

    @property
    def state(self) -> str | None: ...


def install() -> None:
    from localstack.services.events.provider import EventsProvider

    stock = EventsProvider._get_scheduled_rule_job_function  # noqa: SLF001  (LocalStack's name)

    def job_of(provider: Any, account_id: str, region: str, rule: Rule) -> Job:
        return unless_disabled(rule, stock(provider, account_id, region, rule))

    EventsProvider._get_scheduled_rule_job_function = job_of  # noqa: SLF001


def unless_disabled(rule: Rule, job: Job) -> Job:
    """The job, which looks at the state that the rule has when it is due."""

    def run(*arguments: Any, **options: Any) -> None:
        if rule.state != "DISABLED":
            job(*arguments, **options)

    return run
