"""The console's files as the API serves them."""

import re
from collections.abc import Iterator

import pytest
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.entrypoints.console import CONTENT_TYPES, FILES, PAGE

NAMES = sorted(path.name for path in FILES.iterdir())
SERVED = [name for name in NAMES if name != PAGE]
PAGE_TEXT = (FILES / PAGE).read_text()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(app) as client:
        yield client


def get(client: Client, path: str, **headers: str) -> HTTPResponse:
    return client.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_page_is_at_the_root(client: Client) -> None:
    answer = get(client, "/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.body.decode() == PAGE_TEXT


@pytest.mark.parametrize("name", SERVED)
def test_every_file_is_served_with_its_content_type(client: Client, name: str) -> None:
    answer = get(client, f"/console/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == CONTENT_TYPES[name.rpartition(".")[2]]
    assert answer.body == (FILES / name).read_bytes()


@pytest.mark.parametrize("path", ["/", "/console/main.js", "/console/base.css"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = get(client, path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} < set(policy)
    assert not re.search(r"unsafe|https?:|\*|data:", headers["Content-Security-Policy"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_file_the_browser_still_has_is_not_sent_again(client: Client) -> None:
    first = get(client, "/console/main.js")
    again = get(client, "/console/main.js", If_None_Match=first.headers["ETag"])
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ("{etag}", 304),
        ("W/{etag}", 304),
        ('"old", {etag}', 304),
        ("*", 304),
        ('"old"', 200),
        ("", 200),
    ],
)
def test_if_none_match_is_a_list_compared_weakly(client: Client, template: str, status: int) -> None:
    etag = get(client, "/").headers["ETag"]
    assert get(client, "/", If_None_Match=template.format(etag=etag)).status_code == status


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "index.html",
        "main.js.map",
        "console.py",
        ".env",
        "..%2Fapp.py",
        "%2e%2e%2fentrypoints%2fconsole.py",
        "..\\..\\app.py",
        "MAIN.JS",
        "main.js%00.css",
        "main.js%0a",
    ],
)
def test_an_unknown_name_or_a_path_trick_is_not_found(client: Client, name: str) -> None:
    assert get(client, f"/console/{name}").status_code == 404


def test_the_page_refers_to_its_own_files_only_and_by_relative_addresses() -> None:
    addresses = re.findall(r'(?:href|src)="([^"]*)"', PAGE_TEXT)
    files = {address for address in addresses if not address.startswith("#glyph-")}
    assert files <= {f"console/{name}" for name in SERVED}


def test_the_page_asks_for_every_module_and_style_sheet_at_once() -> None:
    assert all(f'="console/{name}"' in PAGE_TEXT for name in SERVED)


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", PAGE_TEXT)


@pytest.mark.parametrize("name", [name for name in SERVED if name.endswith(".js")])
def test_no_module_uses_an_address_from_the_root_or_another_host(name: str) -> None:
    text = (FILES / name).read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"""["'`]/|https?://|innerHTML|insertAdjacentHTML""", text)
