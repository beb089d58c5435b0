"""Scheduled rules of EventBridge. The shortest schedule is a minute, so a job is run by hand."""

from types import SimpleNamespace

from gurukool_localstack.schedules import unless_disabled


def test_a_rule_that_is_disabled_does_nothing_until_it_is_enabled_again() -> None:
    rule, ran = SimpleNamespace(state="ENABLED"), list[int]()
    job = unless_disabled(rule, ran.append)
    for number, state in enumerate(("ENABLED", "DISABLED", "DISABLED", "ENABLED", None)):
        rule.state = state
        job(number)
    assert ran == [0, 3, 4]
