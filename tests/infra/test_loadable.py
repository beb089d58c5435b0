"""What cannot be loaded is not deployed."""

import shutil
from pathlib import Path

import pytest

from bootstrap.cache import CHECKOUT
from infra.errors import DeployError
from infra.loadable import require_loadable

HEAD = """from gurukool import handler

"""


ADVICE = "\n  Is it in requirements.in? Add it there and run `make lock`."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for package in ("chalicelib", "gurukool"):
        shutil.copytree(CHECKOUT / package, tmp_path / package)
    (tmp_path / "application.json").write_text("{}")
    (tmp_path / "handlers").mkdir()
    shutil.copyfile(CHECKOUT / "app.py", tmp_path / "app.py")
    return tmp_path


def test_the_application_can_be_loaded(project: Path) -> None:
    require_loadable(project)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nosuchmodule", "line 1: ModuleNotFoundError: No module named 'nosuchmodule'"),
        # Tools of the developer that do not ship; boto3 is on AWS, in whatever version Lambda has just then.
        ("import rich", "line 1: ModuleNotFoundError: No module named 'rich'" + ADVICE),
        ("from boto3.session import Session", "No module named 'boto3'" + ADVICE),
        ("import awslambdaric", "No module named 'awslambdaric'" + ADVICE),
        ("from chalice.cli import main", "No module named 'chalice.cli'"),
        (
            HEAD + '@handler("echo")\ndef echo(payload: str) -> str: ...',
            "there is already a handler for 'echo'",
        ),
        (HEAD + '@handler("late", timeout=900)\ndef late(payload: str) -> str: ...', "at most 840 seconds"),
        (HEAD + '@handler("any")\ndef anything(payload): ...', "no type annotation"),
        (HEAD + '@handler("none")\ndef nothing(): ...', "a handler takes payload"),
        (
            HEAD + '@handler("later")\nasync def later(payload: str) -> object:\n    yield 1',
            "must return its result",
        ),
        (
            HEAD + '@handler("odd")\ndef odd(payload: object) -> str: ...',
            "handlers/broken.py, line 3: odd: the type of the payload has no JSON form",
        ),
    ],
)
def test_a_handler_that_cannot_be_loaded_is_named(project: Path, source: str, reason: str) -> None:
    (project / "handlers/broken.py").write_text(source)

    with pytest.raises(DeployError) as refused:
        require_loadable(project)

    assert reason in str(refused.value)
    assert "handlers/broken.py, line " in str(refused.value)
