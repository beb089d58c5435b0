"""REST APIs for the tests of the emulator, created as the application's is: by CloudFormation, from SAM."""

import http.client
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_cloud.waiting import wait_until
from tests.localstack.functions import Cloud, Function
from tests.patience import PATIENCE_S

# Answers what it was asked for; fails when there is a query.
ECHO = """
    import json, os
    def handler(event, context):
        if event["queryStringParameters"]:
            raise ValueError("no such luck")
        return {"statusCode": 200, "body": json.dumps({
            "path": event["requestContext"]["path"],
            "parameters": event["pathParameters"],
            "trace": os.environ["_X_AMZN_TRACE_ID"],
        })}
"""
METHODS = {"/": ["get"], "/things/{thing}": ["get"]}
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


def create_api(
    cloud: Cloud,
    function: Function,
    name: str,
    gateway_responses: Mapping[str, Any],
    *,
    methods: Mapping[str, Sequence[str]] = METHODS,
    binary: Sequence[str] = (),
    settings: Sequence[Mapping[str, Any]] = (),
    milliseconds: int | None = None,
) -> str:
    """An API with these methods of each path, served by `function` at the stage `live`; returns its id.

    `settings`: its MethodSettings. `milliseconds`: the time-out of the integration.
    """
    client = cloud.client("cloudformation")
    stack = f"test-{uuid.uuid4().hex[:12]}"
    template = _template(function, name, gateway_responses, methods, milliseconds)
    template["Resources"]["Api"]["Properties"] |= {
        "BinaryMediaTypes": list(binary),
        **({"MethodSettings": list(settings)} if settings else {}),
    }
    client.create_stack(
        StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_AUTO_EXPAND"]
    )
    assert wait_until(lambda: _describe(client, stack)["StackStatus"] == "CREATE_COMPLETE", PATIENCE_S)
    return str(_describe(client, stack)["Outputs"][0]["OutputValue"])


def get(
    port: int,
    path: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: bytes | None = None,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers=dict(headers or {}))
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)


def _describe(client: Any, stack: str) -> Any:
    return client.describe_stacks(StackName=stack)["Stacks"][0]


def _template(
    function: Function,
    name: str,
    gateway_responses: Mapping[str, Any],
    methods: Mapping[str, Sequence[str]],
    milliseconds: int | None,
) -> dict[str, Any]:
    uri = f"{LAMBDA}:function:{function.name}/invocations"
    integration: dict[str, Any] = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    if milliseconds:
        integration["timeoutInMillis"] = milliseconds
    method = {"responses": {}, "x-amazon-apigateway-integration": integration}
    api = {
        "StageName": "live",
        "Name": name,
        "GatewayResponses": gateway_responses,
        "DefinitionBody": {
            "swagger": "2.0",
            "info": {"title": name, "version": "1"},
            "paths": {path: dict.fromkeys(names, method) for path, names in methods.items()},
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Api": {"Type": "AWS::Serverless::Api", "Properties": api}},
        "Outputs": {"Id": {"Value": {"Ref": "Api"}}},
    }
