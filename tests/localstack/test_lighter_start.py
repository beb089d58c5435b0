"""What LocalStack leaves out while it starts is there when somebody asks for it."""

from typing import Any

import boto3
import pytest
from botocore import session
from werkzeug.routing import Map, Rule

from gurukool_localstack import lighter_start

RULES = ("/things/<rule>/<int:number>", "/all/<path:rest>", "/plain")
BUILT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/things/<rule>/<int:number>", {"rule": "a b", "number": 7, "self": "x"}),
    ("/all/<path:rest>", {"rest": "a/b c"}),
    ("/plain", {"q": ["1", "2"]}),
)


def built() -> list[str]:
    adapter = Map([Rule(rule, endpoint=rule) for rule in RULES]).bind("example.com")
    return [adapter.build(endpoint, values) for endpoint, values in BUILT]


def test_a_rule_that_is_compiled_when_it_is_used_builds_the_same_urls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = built()
    compiled = []

    def compile_when_used(rule: Rule, append_unknown: bool = True) -> Any:
        compiled.append(rule)
        return lighter_start._compile_when_used(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", compile_when_used)
    assert built() == at_once
    assert len(compiled) == 2 * len(RULES)


def test_sessions_of_boto3_share_what_they_have_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "create_loader", lighter_start._create_loader)
    one, other = (boto3.Session(region_name="us-east-1")._session.get_component("data_loader") for _ in "ab")
    assert one is other
    assert len(set(one.search_paths)) == len(one.search_paths)
    assert "us-east-1" in boto3.Session(region_name="us-east-1").get_available_regions("sqs")
