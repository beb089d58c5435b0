"""Requests whose events and answers are compared, between the API's port and LocalStack's own chain."""

import base64
import json
from typing import Any

from tests.localstack.exchanges import Case


def answering(answer: Any, *headers: tuple[str, str], method: str = "GET") -> Case:
    return Case(method=method, headers=(("X-Answer", json.dumps(answer)), *headers))


EVENTS = [
    *(
        Case(target)
        for target in ("/", "/?", "/things/known", "/things/a%2Fb", "/things/a%20b+c", "/things/%C3%A9")
    ),
    *(
        Case(target)
        for target in ("/things/known/", "/things/1/", "/things//1", "//things/1", "/things/1;v=2")
    ),
    *(
        Case(target)
        for target in ("/all/a/b/c", "/all/a//b", "/all/a/b/", "/all/", "/all", "/things/~%7e/parts/9")
    ),
    *(
        Case(f"/?{query}")
        for query in ("a=1&a=2", "a=&b", "a=x+y&b=x%20y", "%C3%A9=%FF", "a=1;b=2", "=1", "a=b=c&&")
    ),
    *(Case("/", method) for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "BREW")),
    *(Case(target) for target in ("/nothing", "/things", "/things/1/parts")),
    Case(headers=(("X-A", "1"), ("X-B", "2"), ("x-a", "3"), ("Cookie", "a=b"), ("Cookie", "c=d"))),
    Case(
        headers=(
            ("aUTHORIZATION", "Bearer x"),
            ("user-agent", "me"),
            ("ACCEPT", "text/html"),
            ("X-Empty", ""),
        )
    ),
    Case(
        headers=(
            ("TE", "trailers"),
            ("Max-Forwards", "3"),
            ("Upgrade", "h2c"),
            ("Referer", "http://localhost/"),
        )
    ),
    Case(headers=(("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Proto", "https"), ("Via", "1.1 x"))),
    Case(headers=(("Accept", ""), ("User-Agent", ""))),
    Case(
        headers=(
            ("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"),
        )
    ),
    Case(headers=(("X-Amzn-Trace-Id", "nonsense"), ("X-Latin", "caf\xe9"))),
    Case("/", "POST", (("Content-Type", "application/json"),), b'{"a": "\xc3\xa9"}'),
    Case("/", "POST", (("Content-Type", "image/png"),), bytes(range(256))),
    Case("/", "POST"),
    Case("/", "PUT", (), b"in pieces", chunked=True),
]
ANSWERS = [
    answering({"statusCode": 200, "body": base64.b64encode(b"\x89PNG").decode(), "isBase64Encoded": True}),
    answering(
        {"statusCode": 200, "body": base64.b64encode(b"\x89PNG").decode(), "isBase64Encoded": True},
        ("Accept", "image/png"),
    ),
    answering({"statusCode": 200, "body": "not base64", "isBase64Encoded": True}, ("Accept", "image/png")),
    answering(
        {"statusCode": "201", "headers": {"Content-Type": "text/plain", "X-A": "1", "x-b": True}, "body": "é"}
    ),
    answering(
        {
            "statusCode": 200,
            "headers": {"X-A": "0"},
            "multiValueHeaders": {"x-a": ["1", "2"], "Set-Cookie": ["a", "b"]},
        }
    ),
    answering(
        {
            "statusCode": 200,
            "headers": {"Connection": "close", "Content-Length": "9", "Date": "x", "Server": "me"},
        }
    ),
    answering(
        {"statusCode": 200, "headers": {"WWW-Authenticate": "Bearer", "Transfer-Encoding": "x", "Host": "y"}}
    ),
    answering({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "", "X-Amzn-Trace-Id": "mine"}}),
    answering({"statusCode": 200, "multiValueHeaders": {"Content-Type": []}, "body": "x"}),
    answering({"statusCode": 204}),
    answering({"statusCode": 304, "headers": {"ETag": '"1"', "Content-Type": "text/html"}, "body": "x"}),
    answering({"statusCode": 302, "headers": {"Location": "/é"}}),
    answering({"statusCode": 418, "headers": None, "body": None}),
    answering({}),
    answering({"body": "x" * 100}, method="PUT"),
    *(answering(malformed) for malformed in (None, "text", [1], {"status": 200}, {"statusCode": "many"})),
    *(
        answering(malformed)
        for malformed in ({"headers": {"A": 1}}, {"headers": [1]}, {"multiValueHeaders": {"A": "1"}})
    ),
    *(answering(malformed) for malformed in ({"statusCode": [1]}, {"headers": {"A": "1\n2"}})),
    Case(headers=(("X-Answer", "raise"),)),
    Case(headers=(("X-Answer", "raise"), ("Accept", "text/html"))),
]
