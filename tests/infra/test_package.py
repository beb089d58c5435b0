"""Packaging: the same sources give the same files."""

import hashlib
import json
import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from bootstrap.cache import CHECKOUT
from bootstrap.errors import SetupError
from infra import application, layer, template
from infra.apps import requirements
from infra.package import package


def pinned(package_name: str) -> str:
    """One package's lines of requirements.txt."""
    text = (CHECKOUT / "requirements.txt").read_text()
    found = re.search(rf"^{package_name}==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found
    return found.group()


def test_the_same_sources_give_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = application.build()
    monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path))
    again = application.build()
    assert before != again
    for name in (application.ARCHIVE, application.TEMPLATE):
        assert (before / name).read_bytes() == (again / name).read_bytes()


def test_sources_that_were_packaged_before_are_not_packaged_again() -> None:
    before = (application.build() / application.ARCHIVE).stat().st_mtime_ns
    assert (application.build() / application.ARCHIVE).stat().st_mtime_ns == before


def test_a_layer_built_again_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(pinned("msgspec"))
    built = []
    for cache in ("one", "two"):
        monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path / cache))
        built.append(layer.build(requirements, "arm64"))
    assert built[0] != built[1]
    assert built[0].read_bytes() == built[1].read_bytes()


def test_the_layer_is_built_for_the_functions_processor(packaged: Path) -> None:
    names = ZipFile(packaged / "layer.zip").namelist()
    binaries = [name for name in names if name.startswith("python/msgspec/") and name.endswith(".so")]
    assert binaries
    assert all("aarch64-linux-gnu" in name for name in binaries)


def test_the_local_cloud_of_a_mac_has_packages_for_macos(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(pinned("msgspec"))
    names = ZipFile(layer.build(requirements, "arm64", on_mac=True)).namelist()
    assert "python/msgspec/_core.cpython-313-darwin.so" in names


def test_what_verifies_tokens_of_an_identity_provider_ships_only_if_there_is_one(packaged: Path) -> None:
    """PyJWT imports cryptography wherever it finds it, which would cost every cold start of the API."""
    ours, with_provider = (requirements.combined(None, oidc=oidc).read_text() for oidc in (False, True))
    names = [re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE) for text in (ours, with_provider)]

    assert with_provider.startswith(ours)
    assert names[1] == [*names[0], "cryptography"]
    assert not any("cryptography" in name for name in ZipFile(packaged / "layer.zip").namelist())


def test_without_it_cloudformation_refuses_a_provider(packaged: Path, tmp_path: Path) -> None:
    without, declared = json.loads((packaged / "template.json").read_text()), template.load()["Parameters"]
    package("arm64", tmp_path, oidc=True)
    with_provider = json.loads((tmp_path / "template.json").read_text())

    assert without["Parameters"]["OidcIssuer"]["AllowedValues"] == [""]
    assert "infra.deploy" in without["Parameters"]["OidcIssuer"]["ConstraintDescription"]
    assert with_provider["Parameters"]["OidcIssuer"] == declared["OidcIssuer"]
    without["Parameters"] = with_provider["Parameters"]
    assert without == with_provider


def test_a_package_without_a_wheel_fails_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "sourceonly-1.0.tar.gz"
    source.write_bytes(b"never opened")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"--no-index\n--find-links {tmp_path}\nsourceonly==1.0 --hash=sha256:{digest}\n")
    with pytest.raises(SetupError, match=r"sourceonly==1\.0 has no usable wheels"):
        layer.build(requirements, "arm64")
    assert not list((tmp_path / "cache").glob("layer-*/.complete"))


def test_the_application_ships_with_byte_code_and_without_dependencies(packaged: Path) -> None:
    names = set(ZipFile(packaged / "application.zip").namelist())
    assert {"app.py", "__pycache__/app.cpython-313.pyc", "chalicelib/settings.py"} <= names
    assert {name.split("/")[0] for name in names} == {
        "__pycache__",
        "app.py",
        "chalice",
        "chalicelib",
        "gurukool",
    }
    for_tests = ("gurukool/testing/", "chalicelib/adapters/memory/")
    assert not [name for name in names if name.startswith(for_tests)]
