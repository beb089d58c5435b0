"""API Gateway before a function: paths, and the answers that the gateway gives itself."""

from collections.abc import Callable, Iterator

import pytest

from local_cloud.emulator import Emulator
from tests.localstack.functions import deploy
from tests.localstack.rest_apis import ECHO, Answer, create_api, get

GATEWAY_RESPONSES = {
    "MISSING_AUTHENTICATION_TOKEN": {
        "StatusCode": "404",
        "ResponseParameters": {
            "Headers": {"Content-Type": "'application/problem+json'", "Path": "context.path"}
        },
        "ResponseTemplates": {
            "application/json": '{"detail": $context.error.messageString, "id": "$context.apiId"}'
        },
    },
    "DEFAULT_5XX": {"ResponseTemplates": {"application/json": '{"detail": "sorry"}'}},
}

type Get = Callable[..., Answer]


@pytest.fixture(scope="module")
def get_path(emulator: Emulator) -> Iterator[Get]:
    """GET a path of an API at the emulator's edge."""
    function = deploy(emulator, ECHO)
    api = create_api(emulator, function, "some-api", GATEWAY_RESPONSES)
    yield lambda path, **options: get(emulator.ports.edge, f"/_aws/execute-api/{api}/live{path}", **options)
    function.delete()


def test_an_escaped_slash_in_a_path_stays_escaped(get_path: Get) -> None:
    answer = get_path("/things/a%2Fb")
    assert answer.status == 200
    assert answer.json()["parameters"] == {"thing": "a%2Fb"}


def test_the_function_continues_the_trace_of_the_gateway(get_path: Get) -> None:
    answer = get_path("/things/1")
    root, _, _ = answer.headers["x-amzn-trace-id"].partition(";")
    assert answer.json()["trace"].startswith(f"{root};")


@pytest.mark.parametrize(("path", "method"), [("/nothing", "GET"), ("/things/1", "PUT")])
def test_an_unknown_path_or_method_is_answered_as_the_template_says(
    get_path: Get, path: str, method: str
) -> None:
    answer = get_path(path, method=method)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert answer.headers["path"].endswith(path)
    assert answer.json()["detail"] == "Missing Authentication Token"


def test_the_default_for_a_class_of_errors_keeps_their_own_status(get_path: Get) -> None:
    answer = get_path("/things/1?fail=1")
    assert answer.status == 502
    assert answer.json() == {"detail": "sorry"}


def test_a_throttled_function_is_an_error_of_the_integration(emulator: Emulator) -> None:
    """AWS's own default for it is 500; a function that failed is 502."""
    function = deploy(emulator, ECHO)
    emulator.client("lambda").put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    api = create_api(emulator, function, "throttled-api", {})
    answer = get(emulator.ports.edge, f"/_aws/execute-api/{api}/live/")
    assert (answer.status, answer.json()) == (500, {"message": "Internal server error"})
    function.delete()


def test_what_the_template_does_not_mention_is_answered_as_by_default(emulator: Emulator) -> None:
    function = deploy(emulator, ECHO)
    api = create_api(emulator, function, "plain-api", {})
    answer = get(emulator.ports.edge, f"/_aws/execute-api/{api}/live/nothing")
    assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})
    function.delete()


def test_localstacks_own_rules_for_new_apis_hold_beside_ours(emulator: Emulator) -> None:
    """LocalStack gives an API the id in this tag, in lower case."""
    client = emulator.client("apigateway")
    chosen = client.create_rest_api(name="any", tags={"_custom_id_": "chosen123"})
    assert chosen["id"] == "chosen123"
    client.delete_rest_api(restApiId=chosen["id"])
    with pytest.raises(client.exceptions.BadRequestException, match="cannot contain uppercase"):
        client.create_rest_api(name="any", tags={"_custom_id_": "Chosen123"})
