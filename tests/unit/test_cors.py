"""Calls from other sites: closed by default, opened for the origins that the operator names."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.api.assembly import CORS
from chalicelib.settings import SettingError, Settings

ALLOWED = ("https://app.example",)


def request(origin: str, method: str = "GET") -> Any:
    return SimpleNamespace(headers={"origin": origin}, method=method)


def test_nobody_is_allowed_by_default() -> None:
    origins = Settings.from_environment({}).cors_origins

    assert CORS.headers(request("https://app.example"), origins) == {}
    assert CORS.preflight(request("https://app.example", "OPTIONS"), origins) is None


def test_a_named_origin_is_allowed_and_no_other_one() -> None:
    assert CORS.headers(request("https://app.example"), ALLOWED)["Access-Control-Allow-Origin"] == ALLOWED[0]
    for origin in ("", "null", "https://app.example.evil", "http://app.example", "https://APP.example"):
        assert CORS.headers(request(origin), ALLOWED) == {"Vary": "Origin"}
        assert CORS.preflight(request(origin, "OPTIONS"), ALLOWED) is None


def test_a_named_origin_may_ask_first() -> None:
    answer = CORS.preflight(request(ALLOWED[0], "OPTIONS"), ALLOWED)

    assert answer is not None
    assert (answer.status_code, answer.body) == (204, "")
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("text", ["*", "app.example", "https://*.example", "https://app.example/", "null"])
def test_what_is_no_origin_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(SettingError, match=r"CORS_ORIGINS=.* must list origins"):
        Settings.from_environment({"CORS_ORIGINS": text})
