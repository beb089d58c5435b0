"""The console's page and its three files as the API serves them."""

import re
from collections.abc import Iterator
from graphlib import CycleError
from pathlib import Path

import pytest
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.api.pages import bundle
from chalicelib.api.pages.console import CONTENT_TYPES, FILES, PAGE, SHARED, release

SOURCES = sorted(path.name for path in FILES.iterdir())
SERVED = sorted(set(release()) - {PAGE})
HASHED = [name for name in SERVED if name not in SHARED]
PAGE_TEXT = release()[PAGE].body
[SCRIPT] = [name for name in HASHED if name.endswith(".js")]


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
    assert answer.body.decode() == release()[name].body


def test_the_page_loads_three_files_and_no_more() -> None:
    loaded = set(re.findall(r'(?:href|src)="(console/[^"]*)"', PAGE_TEXT))
    assert loaded == {f"console/{name}" for name in HASHED}
    assert len(loaded) == 3


@pytest.mark.parametrize("name", HASHED)
def test_a_file_named_by_its_content_is_kept_for_ever(client: Client, name: str) -> None:
    assert get(client, f"/console/{name}").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_page_is_asked_for_each_time(client: Client) -> None:
    assert get(client, "/").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", f"/console/{SCRIPT}", "/console/base.css"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = get(client, path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} < set(policy)
    assert not re.search(r"unsafe|https?:|\*|data:", headers["Content-Security-Policy"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", f"/console/{SCRIPT}", "/console/base.css"])
def test_a_file_the_browser_still_has_is_not_sent_again(client: Client, path: str) -> None:
    first = get(client, path)
    again = get(client, path, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.body) == (304, b"")
    for header in ("ETag", "Cache-Control"):
        assert again.headers[header] == first.headers[header]


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
        "main.js",
        "main-0123456789abcdef.js",
        "session.js",
        "index.html",
        "main.js.map",
        "console.py",
        ".env",
        "..%2Fapp.py",
        "%2e%2e%2fapi%2fpages%2fconsole.py",
        "..\\..\\app.py",
        "MAIN.JS",
        "main.js%00.css",
        "main.js%0a",
    ],
)
def test_an_unknown_name_or_a_path_trick_is_not_found(client: Client, name: str) -> None:
    assert get(client, f"/console/{name}").status_code == 404


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", PAGE_TEXT)


def test_the_page_uses_relative_addresses_only() -> None:
    for address in re.findall(r'(?:href|src)="([^"]*)"', PAGE_TEXT):
        assert re.match(r"#glyph-|console/|docs$", address)


def test_no_script_uses_an_address_from_the_root_or_another_host() -> None:
    text = release()[SCRIPT].body.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"""["'`]/\w|https?://|innerHTML|insertAdjacentHTML""", text)


@pytest.mark.parametrize("suffix", [".js", ".css"])
def test_every_source_is_in_its_bundle(suffix: str) -> None:
    [bundled] = [release()[name].body for name in HASHED if name.endswith(suffix)]
    for name in SOURCES:
        if name.endswith(suffix) and name != "main.css":
            assert (FILES / name).read_text().splitlines()[0] in bundled


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def test_a_bundle_has_each_module_once_before_those_that_use_it(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main='import { a } from "./one.js";\nimport { b } from "./two-words.js";\na(b);\n',
        one='import { b } from "./two-words.js";\nexport const a = () => b;\n',
        **{"two-words": "export class b {}\nexport async function c() {}\n"},
    )
    assert bundle.script(entry) == (
        "const $two_words = (() => {\nclass b {}\nasync function c() {}\nreturn { b, c };\n})();\n"
        "const $one = (() => {\nconst { b } = $two_words;\nconst a = () => b;\nreturn { a };\n})();\n"
        "const $main = (() => {\nconst { a } = $one;\nconst { b } = $two_words;\na(b);\nreturn {  };\n})();\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        'import * as all from "./one.js";',
        "export default 1;",
        "export let a = 1;",
        'export { a } from "./one.js";',
    ],
)
def test_what_the_bundle_does_not_understand_it_refuses(tmp_path: Path, line: str) -> None:
    with pytest.raises(bundle.BundleError, match=re.escape(line)):
        bundle.script(write(tmp_path, main=f"{line}\n", one="export const a = 1;\n"))


def test_modules_that_import_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main='import { a } from "./one.js";\n',
        one='import { a } from "./two.js";\n',
        two='import { a } from "./one.js";\n',
    )
    with pytest.raises(CycleError):
        bundle.script(entry)
