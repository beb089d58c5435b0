"""The commands as a person types them; only those that need no running stack."""

import os
import shlex
import subprocess
import sys

import pytest

from bootstrap.cache import CHECKOUT


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # `make test` runs this below another make, whose flags a new one would take over.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        arguments,
        cwd=CHECKOUT,
        env={**inherited, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["up", "down", "reset", "status"])
def test_a_wrong_setting_is_refused_before_anything_is_done(command: str) -> None:
    refused = run(sys.executable, "-m", "local_cloud", command, PORT="three")
    assert refused.returncode == 1
    assert refused.stderr == "PORT must be a port number from 1 to 65535, not 'three'.\n"
    assert not refused.stdout


def test_help_lists_every_command_of_the_makefile() -> None:
    listed = [line.split()[1] for line in run("make", "help").stdout.splitlines()]
    phony = run("make", "--print-data-base", "--question", "help").stdout
    (declared,) = [line for line in phony.splitlines() if line.startswith(".PHONY: ")]
    assert sorted(listed) == sorted(declared.split()[1:])


def test_a_user_is_passed_on_only_if_given_to_make() -> None:
    shell = run("make", "--dry-run", "logs", USER="root", USERNAME="root").stdout
    given = run("make", "--dry-run", "logs", "USER=asha", "SEQ=3").stdout
    assert "--user" not in shell
    assert "--user 'asha' --seq '3'" in given
    assert "--user 'asha'" in run("make", "--dry-run", "logs", "USERNAME=asha").stdout
    assert "--user" not in run("make", "--dry-run", "logs", "USER=").stdout


@pytest.mark.parametrize(("command", "program"), [("lock", "infra.lock"), ("test", "infra.apps.tests")])
def test_an_application_is_passed_on_in_one_piece(command: str, program: str) -> None:
    printed = run("make", "--dry-run", command, "APP=../my shop").stdout
    assert shlex.split(printed.splitlines()[-1]) == ["localstack/run", "-m", program, "../my shop"]


@pytest.mark.parametrize(
    ("command", "name"), [("admin", "USERNAME"), ("sign-in-link", "USERNAME"), ("key", "NAME")]
)
def test_a_name_that_the_shell_has_is_not_taken_for_one_that_was_given(command: str, name: str) -> None:
    """Every terminal of a GNOME desktop has USERNAME, and every one of WSL has NAME."""
    assert f"{command} {name}=" in run("make", "--dry-run", command, **{name: "ada"}).stderr
    assert "'asha'" in run("make", "--dry-run", command, f"{name}=asha", **{name: "ada"}).stdout


@pytest.mark.parametrize(("of_shell", "expected"), [("000", "0o22"), ("077", "0o77")])
def test_nobody_else_may_change_the_cache_whatever_the_shell_says(of_shell: str, expected: str) -> None:
    """Programs are run from it."""
    asks = "import os; print(oct(os.umask(0)))"
    asked = run("sh", "-c", f'umask {of_shell}; exec localstack/run -c "{asks}"')
    assert asked.stdout == f"{expected}\n"
