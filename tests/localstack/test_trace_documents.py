"""Spans that came as documents of X-Ray or of OTLP, and spans as documents of X-Ray."""

import json
from typing import Any

import pytest

from gurukool_localstack.trace_documents import as_segment, of_export, of_segment
from tests.localstack.trace_samples import SEGMENT, TRACE_ID, export

SERVER, CLIENT = 2, 3  # kinds of OTLP
SITE = {"http.request.method": "GET", "url.scheme": "https", "server.address": "site.test"}
DATABASE = {"db.system.name": "postgresql", "server.address": "db.test", "server.port": 5432}


def document(kind: int, attributes: dict[str, Any]) -> Any:
    """X-Ray's, of a span of OTLP."""
    values = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    [span] = of_export(export({"kind": kind, "attributes": values}))
    return json.loads(as_segment(span)["Document"])


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({}, "https://site.test/"),
        ({"server.port": 8443}, "https://site.test:8443/"),
        ({"server.address": "::1", "server.port": 8443}, "https://[::1]:8443/"),
    ],
)
def test_a_url_has_the_parts_that_are_known(more: dict[str, Any], url: str) -> None:
    call = document(CLIENT, SITE | more)

    assert call["http"] == {"request": {"method": "GET", "url": url}}
    assert call["metadata"] == {"default": {}}
    assert (call["type"], call["namespace"]) == ("subsegment", "remote")
    assert call["name"] == (SITE | more)["server.address"]


def test_what_a_server_has_served_is_no_call_of_another_service() -> None:
    served = document(SERVER, SITE)

    assert served["http"] == {"request": {"method": "GET", "url": "https://site.test/"}}
    assert served["name"] == "work"
    assert {"type", "namespace"}.isdisjoint(served)


def test_a_call_of_a_database_has_no_url_and_keeps_its_name() -> None:
    call = document(CLIENT, DATABASE)

    assert (call["name"], call["namespace"]) == ("work", "remote")
    assert "http" not in call
    assert call["metadata"] == {"default": DATABASE}


@pytest.mark.parametrize("value", [{"value": {}}, {}])
def test_an_attribute_without_a_value_is_allowed(value: dict[str, Any]) -> None:
    """OTLP: an `AnyValue` of which no field is set is empty."""
    [span] = of_export(export({"attributes": [{"key": "seen", **value}]}))
    assert span["attributes"] == {"seen": None}


@pytest.mark.parametrize("url", ["https://hooks.test:99999/", "https://[::1", 7])
def test_an_address_that_is_none_hides_no_span(url: object) -> None:
    http = {"request": {"method": "GET", "url": url}, "response": {"status": 200}}
    [span] = of_segment({**SEGMENT, "http": http})

    assert span["attributes"] == {
        "seq": 7,
        "http.request.method": "GET",
        "http.response.status_code": 200,
    }


def test_a_call_of_another_service_is_the_same_call_after_it_was_read() -> None:
    call = {**SEGMENT, "namespace": "remote", "name": "hooks.test", "http": {"request": {"method": "POST"}}}
    [span] = of_segment(call)
    [read] = of_segment(json.loads(as_segment(span)["Document"]))

    assert read == span
    assert span["name"] == "POST hooks.test"


def test_a_segment_that_has_not_ended_takes_no_time() -> None:
    segment: dict[str, Any] = {key: value for key, value in SEGMENT.items() if key != "end_time"}

    assert [span["ended"] for span in of_segment(segment)] == [1500]


def test_subsegments_are_parts_of_their_segment() -> None:
    call = {
        "id": "53995c3f42cd8ad8",
        "name": "hooks.test",
        "namespace": "remote",
        "start_time": 1.6,
        "end_time": 1.7,
        "http": {
            "request": {"method": "POST"},
            "response": {"status": 503},
        },
        "fault": True,
    }

    whole, part = of_segment({**SEGMENT, "subsegments": [call]})

    assert (part["trace_id"], part["parent_id"], part["service"]) == (TRACE_ID, whole["id"], "mine")
    assert (part["name"], part["failed"]) == ("POST hooks.test", True)
    assert part["attributes"] == {"http.request.method": "POST", "http.response.status_code": 503}
