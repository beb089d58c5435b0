"""The OpenAPI document: complete for people, and of a shape from which generators make clients that work."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from chalicelib.api.assembly import document
from chalicelib.api.description.codes import CODES
from chalicelib.api.description.description import description
from chalicelib.api.queueing.orders import Order as OrderBody
from chalicelib.api.queueing.request_views import RequestAnswer, RequestDetailAnswer
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.handlers.inventory import documented
from chalicelib.web.schemas import Schemas
from local_cloud.api_client import Api
from tests.answers.service import Service


class Order(msgspec.Struct):
    """A payload that is called like the API's own body."""

    item: str


class RequestAnswer2(msgspec.Struct, rename={"inner": "default"}):
    inner: Order | None = None
    size: int = 3


def with_handlers(*declared: tuple[str, Any, Any]) -> Schemas:
    registry = Registry()
    for type_, payload, result in declared:

        def work(payload: Any) -> Any:
            return payload

        work.__annotations__ = {"payload": payload, "return": result}
        registry.collect([handler(type_)(work)])
    return Schemas([OrderBody, RequestAnswer, RequestDetailAnswer], description(documented(registry, None)))


@pytest.fixture(scope="module")
def served() -> Any:
    return document(Service().container)


def operations(served: Any) -> Iterator[Any]:
    for path in served["paths"].values():
        yield from path.values()


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


def variant(schemas: Schemas, type_: str, name: str = "Order") -> Any:
    chosen = schemas.components[name]["discriminator"]["mapping"][type_]
    return schemas.components[chosen.rpartition("/")[2]]


def resolved(schemas: Schemas, schema: Any) -> Any:
    return schemas.components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def test_the_document_is_valid(served: Any) -> None:
    from openapi_spec_validator import validate  # takes half a second, and every process collects this file

    validate(served)
    assert served["openapi"].startswith("3.1")


def test_a_handlers_types_may_be_called_like_the_apis_own() -> None:
    renamed = msgspec.defstruct("RequestAnswer", [("status", str)])
    schemas = with_handlers(("order", Order, renamed))

    payload = resolved(schemas, variant(schemas, "order")["properties"]["payload"])
    assert (payload["title"], list(payload["properties"])) == ("OrderPayload", ["item"])
    assert schemas.components["OrderResult"]["properties"] == {"status": {"type": "string"}}
    assert "seq" in variant(schemas, "order", "QueueRequest")["properties"]


def test_two_handlers_may_have_types_of_one_name() -> None:
    other = msgspec.defstruct("Order", [("price", int)])
    schemas = with_handlers(("buy", Order, None), ("sell", other, None))

    names = [
        list(resolved(schemas, variant(schemas, t)["properties"]["payload"])["properties"])
        for t in ("buy", "sell")
    ]
    assert names == [["item"], ["price"]]


def test_a_type_may_have_any_characters() -> None:
    types = ["send-mail", "send.mail", "send_mail", "2fa", "problem", "queue"]
    schemas = with_handlers(*((type_, Order, int) for type_ in types))

    assert list(schemas.components["Order"]["discriminator"]["mapping"]) == sorted(types)
    assert len({variant(schemas, type_)["title"] for type_ in types}) == len(types)
    assert all(name.isalnum() and name.isascii() and name[0].isalpha() for name in schemas.components)


def test_types_within_a_handlers_types_are_found() -> None:
    schemas = with_handlers(("pack", RequestAnswer2, list[Order]))

    inner = schemas.components["PackPayload"]["properties"]["default"]
    assert resolved(schemas, inner["anyOf"][0])["properties"] == {"item": {"type": "string"}}
    assert resolved(schemas, schemas.components["PackResult"]["items"])["properties"].keys() == {"item"}


def test_a_payload_may_be_left_out_where_an_empty_object_fits() -> None:
    schemas = with_handlers(("free", dict[str, Any], None), ("any", Any, None), ("strict", Order, None))

    required = {t: "payload" in variant(schemas, t)["required"] for t in ("free", "any", "strict")}
    assert required == {"free": False, "any": False, "strict": True}


def test_a_request_is_told_by_its_type_even_when_its_handler_is_gone() -> None:
    schemas = with_handlers(("echo", dict[str, Any], dict[str, Any]))
    registry = {"$ref": "#/components/schemas/QueueRequest", "components": {"schemas": schemas.components}}
    judge = Draft202012Validator(registry)
    asked = {
        "seq": 1,
        "status": "succeeded",
        "attempts": 1,
        "enqueued_at": "2026-11-25T08:00:00.000Z",
        **dict.fromkeys(
            ("not_before", "start_before", "started_at", "finished_at", "error", "origin", "position")
        ),
        **dict.fromkeys(
            ("estimated_wait_seconds", "slot", "superseded_by", "stop_requested_at", "stopped_by")
        ),
    }

    assert judge.is_valid({**asked, "type": "echo", "result": {"n": 1}})
    assert not judge.is_valid({**asked, "type": "echo", "result": 1})
    assert judge.is_valid({**asked, "type": "removed", "result": 1})


def test_nothing_has_a_default_but_parameters_and_open_objects_say_so(served: Any) -> None:
    for node in nodes(served["components"]["schemas"]):
        assert "default" not in node or "type" in node["default"], "a property may be called so"
        if node.get("type") == "object":
            assert {"properties", "additionalProperties"} & node.keys()


def test_every_operation_is_described_and_has_an_id_of_its_own(served: Any) -> None:
    ids = [operation["operationId"] for operation in operations(served)]

    assert len(ids) == len(set(ids))
    assert all(id_.isalnum() and id_[0].islower() for id_ in ids)
    described = {tag["name"] for tag in served["tags"] if tag["description"]}
    for operation in operations(served):
        assert operation["summary"]
        assert operation["description"]
        assert set(operation["tags"]) <= described
        assert all(parameter["description"] for parameter in operation["parameters"])
        assert {"400", "429", "500", "503", "504", "default"} <= operation["responses"].keys()


def test_every_schema_and_response_is_described(served: Any) -> None:
    assert all(schema["description"] for schema in served["components"]["schemas"].values())
    assert all(response["description"] for response in served["components"]["responses"].values())


def test_every_example_fits_its_schema_and_every_body_has_one(served: Any) -> None:
    schemas = served["components"]["schemas"]
    examined = 0
    for name, schema in schemas.items():
        judge = Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": served["components"]}
        )
        for example in schema.get("examples", []):
            judge.validate(example)
            examined += 1
    assert examined
    for operation in operations(served):
        if body := operation.get("requestBody"):
            assert body["content"]["application/json"]["example"], operation["operationId"]


def test_every_code_of_a_problem_is_listed_with_room_for_more(served: Any) -> None:
    code = served["components"]["schemas"]["Problem"]["properties"]["code"]

    assert (code["type"], code["x-extensible-enum"]) == ("string", list(CODES))
    assert "enum" not in code


@pytest.fixture
def api() -> Api:
    return Service().api


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"Host": "api.example"}, "https://api.example"),
        ({"Host": "localhost:3000", "X-Forwarded-Proto": "HTTP"}, "http://localhost:3000"),
        ({"Host": 'evil"/><script>'}, "/"),
        ({}, "/"),
    ],
)
def test_the_server_is_the_address_under_which_the_document_was_asked_for(
    api: Api, headers: dict[str, str], url: str
) -> None:
    assert api.ask("GET", "/api/openapi.json", headers=headers)["servers"] == [{"url": url}]


def test_a_client_that_has_the_document_is_not_sent_it_again(api: Api) -> None:
    first = api.call("GET", "/api/openapi.json")

    again = api.call("GET", "/api/openapi.json", headers={"If-None-Match": f"W/{first.headers['ETag']}"})
    other = api.call("GET", "/api/openapi.json", headers={"If-None-Match": '"other"'})

    assert (again.status, again.body, other.status) == (304, None, 200)
    assert first.headers["Cache-Control"] == "no-cache"


def test_whatever_has_a_place_in_its_path_may_find_nothing_there(served: Any) -> None:
    for path, methods in served["paths"].items():
        for operation in methods.values():
            assert ("{" in path) <= ("404" in operation["responses"]), operation["operationId"]
