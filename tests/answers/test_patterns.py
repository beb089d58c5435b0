"""What a pattern of the API allows ends where the text ends: no newline may follow."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from chalicelib.adapters.json.patterns import ecma
from chalicelib.api.assembly import OPERATIONS, document
from chalicelib.api.identity.account_bodies import USERNAME
from infra.apps.declaration import Declaration
from tests.answers.service import Service
from tests.e2e.users import User


def patterns_in(node: Any) -> Iterator[str]:
    """Of a type as msgspec describes it, with those of its parts."""
    if isinstance(node, inspect.StrType) and node.pattern:
        yield node.pattern
    inner = [getattr(node, name) for name in getattr(node, "__struct_fields__", ())]
    for part in node if isinstance(node, tuple | list) else inner:
        if isinstance(part, inspect.Type | inspect.Field | tuple | list):
            yield from patterns_in(part)


def of_types() -> set[str]:
    signatures = [operation.signature for operation in OPERATIONS]
    types = [parameter.type for signature in signatures for parameter in signature.parameters]
    types += [type_ for signature in signatures for type_ in (signature.body, signature.answer) if type_]
    return {pattern for type_ in [*types, Declaration] for pattern in patterns_in(inspect.type_info(type_))}


def of_schemas(node: Any) -> Iterator[str]:
    for name, part in node.items() if isinstance(node, dict) else enumerate(node):
        if name == "pattern" and isinstance(part, str):
            yield part
        elif isinstance(part, dict | list):
            yield from of_schemas(part)


PATTERNS = sorted(of_types())


def test_the_document_has_all_of_them_in_the_dialect_of_json_schema() -> None:
    shown = set(of_schemas(document(Service().container)))

    assert shown <= {USERNAME, *map(ecma, PATTERNS)}  # the core itself checks a new account's name
    assert len(shown) > 10
    assert not any(r"\Z" in pattern for pattern in shown)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
def test_no_newline_follows_what_is_allowed(pattern: str, data: st.DataObject) -> None:
    allowed = data.draw(st.from_regex(pattern))

    assert re.search(pattern, allowed)
    assert not re.search(pattern, f"{allowed}\n")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "queue/requests?type=echo%0A", None, 422),
        ("POST", "queue/requests/1/signals/approval%0A", {}, 404),
        ("POST", "auth/register", {"username": "lovelace\n", "password": "a long and winding road"}, 422),
    ],
)
def test_the_api_refuses_it(user: User, method: str, path: str, body: Any, status: int) -> None:
    answer = user.session.call(method, f"/api/{path}", body)

    assert answer.status == status
    if status == 422:
        assert [error["path"] for error in answer.body["errors"]] in (["type"], ["username"])
