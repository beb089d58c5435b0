"""The HTTP API called in this process: the whole application, without a gateway in front of it."""

import json
from collections.abc import Mapping
from http import HTTPMethod
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from chalice.app import Chalice
from chalice.local import LambdaEventConverter, RouteMatcher
from urllib3 import HTTPHeaderDict

from local_cloud.api_client import Answer, Api

CONTEXT = SimpleNamespace(function_name="api", aws_request_id="request-id")


class InProcessApi(Api):
    """Every call is one invocation of the function, with the event that the gateway would make of it."""

    def __init__(self, app: Chalice) -> None:
        self.app = app

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        # Text, as it is from the gateway.
        text: Any = body.decode() if isinstance(body, bytes) else None if body is None else json.dumps(body)
        own = {} if text is None else {"Content-Type": "application/json"}
        events = LambdaEventConverter(RouteMatcher(list(self.app.routes)))
        event = events.create_lambda_event(HTTPMethod(method), path, {**own, **(headers or {})}, text)
        event["requestContext"]["requestId"] = str(uuid4())
        answered = self.app(event, CONTEXT)
        document = json.loads(answered["body"]) if answered["body"] else None
        return Answer(answered["statusCode"], HTTPHeaderDict(answered["headers"]), document)
