"""A template whose API changes."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from infra.stack import Stack, Wanted
from local_cloud.emulator import Emulator

STACK = "test-api-updates"
BUCKET = "test-api-updates"


def template(*paths: str, rate: int = 10) -> dict[str, Any]:
    """An API that answers 200 by itself on each of the paths."""
    method = {
        "responses": {"200": {"description": "It is there."}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200"}},
        },
    }
    body = {
        "swagger": "2.0",
        "info": {"version": "1.0", "title": STACK},
        "paths": {p: {"get": method} for p in paths},
    }
    settings = {
        "ResourcePath": "/*",
        "HttpMethod": "*",
        "ThrottlingRateLimit": rate,
        "ThrottlingBurstLimit": 9,
    }
    api = {
        "StageName": "live",
        "DefinitionBody": body,
        "MethodSettings": [settings],
        "Variables": {"stays": "0", f"rate{rate}": str(rate)},
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Api": {"Type": "AWS::Serverless::Api", "Properties": api}},
        "Outputs": {"Id": {"Value": {"Ref": "Api"}}},
    }


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def stack(emulator: Emulator) -> Stack:
    return Stack(emulator.client("cloudformation"), STACK, print, pause=lambda: None)


def test_an_update_changes_paths_throttling_and_variables(emulator: Emulator, stack: Stack) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for paths, rate in ((["/stays", "/goes"], 10), (["/stays", "/comes"], 20)):
        body = json.dumps(template(*paths, rate=rate)).encode()
        s3.put_object(Bucket=BUCKET, Key="template.json", Body=body)
        stack.apply(Wanted(f"{emulator.edge_url}/{BUCKET}/template.json"))
    stage = emulator.client("apigateway").get_stage(restApiId=stack.outputs()["Id"], stageName="live")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 20
    assert stage["variables"] == {"stays": "0", "rate20": "20"}
    url = f"{emulator.edge_url}/_aws/execute-api/{stack.outputs()['Id']}/live"
    found = {path: status(url + path) for path in ("/stays", "/goes", "/comes")}
    assert found["/stays"] == found["/comes"] == 200
    assert found["/goes"] in (403, 404)
    stack.delete()
