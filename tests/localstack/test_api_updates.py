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


def template(*paths: str) -> dict[str, Any]:
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
    api = {"StageName": "live", "DefinitionBody": body}
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


def test_an_update_adds_and_removes_paths(emulator: Emulator, stack: Stack) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for paths in (["/stays", "/goes"], ["/stays", "/comes"]):
        s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(template(*paths)).encode())
        stack.apply(Wanted(f"{emulator.edge_url}/{BUCKET}/template.json"))
    url = f"{emulator.edge_url}/_aws/execute-api/{stack.outputs()['Id']}/live"
    found = {path: status(url + path) for path in ("/stays", "/goes", "/comes")}
    assert found["/stays"] == found["/comes"] == 200
    assert found["/goes"] in (403, 404)
    stack.delete()
