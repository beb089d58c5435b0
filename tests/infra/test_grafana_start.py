"""`make grafana`: which Grafana it starts, with what, and what it says if there is none.

No Grafana can be installed here: programs that write down how they were started stand in for it.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.errors import DeployError
from infra.grafana import environment, program, start
from infra.target import Target

NOTES = 'printf "%s\\n" "$@" > "$NOTES/arguments"; env > "$NOTES/environment"; cp -r "$FILES" "$NOTES/files"'
GRAFANA = f'#!/bin/sh\nFILES="$(dirname "$GF_PATHS_PROVISIONING")"; {NOTES}\n'


def install(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class CloudFormation:
    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - botocore's
        described = {
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "http://localhost"}],
            "Parameters": [{"ParameterKey": "MaximumConcurrency", "ParameterValue": "16"}],
        }
        return {"Stacks": [described | {"StackName": StackName}]}


@dataclass(frozen=True)
class FakeTarget(Target):
    def client(self, service: str) -> Any:
        assert service == "cloudformation"
        return CloudFormation()


@dataclass(frozen=True)
class Started:
    notes: Path
    said: str  # to whoever started it

    @property
    def arguments(self) -> list[str]:
        return (self.notes / "arguments").read_text().splitlines()

    @property
    def environment(self) -> dict[str, str]:
        lines = (self.notes / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def file(self, name: str) -> str:
        return (self.notes / "files" / name).read_text()


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Started:
    """A program `grafana` that was started for a local stack."""
    install(tmp_path / "usr/bin/grafana", GRAFANA)
    install(tmp_path / "usr/share/grafana/conf/defaults.ini", "")
    monkeypatch.setenv("PATH", f"{tmp_path / 'usr/bin'}:/usr/bin:/bin")
    monkeypatch.setenv("NOTES", str(tmp_path))
    target = FakeTarget("us-east-1", "shop", "http://127.0.0.1:4566")
    with pytest.raises(SystemExit) as ended:
        start.run(lambda: target, argparse.Namespace(port=3031))
    assert ended.value.code == 0
    return Started(tmp_path, capsys.readouterr().out)


def test_a_program_is_started_on_the_loopback_address(started: Started, tmp_path: Path) -> None:
    assert started.arguments == ["server", "--homepath", str(tmp_path / "usr/share/grafana")]
    own = started.environment
    assert (own["GF_SERVER_HTTP_ADDR"], own["GF_SERVER_HTTP_PORT"]) == ("127.0.0.1", "3031")
    assert own["GURUKOOL_ENDPOINT"] == "http://127.0.0.1:4566"
    assert not Path(own["GF_PATHS_DATA"]).parent.exists(), "nothing is kept"


def test_each_run_has_a_password_that_no_command_line_shows(started: Started) -> None:
    password = started.environment["GF_SECURITY_ADMIN_PASSWORD"]
    assert len(password) >= 16
    assert password not in " ".join(started.arguments)
    assert password in started.said


def test_the_files_are_those_of_the_stack_as_it_was_deployed(started: Started) -> None:
    rules = [
        rule
        for g in json.loads(started.file("provisioning/alerting/gurukool.json"))["groups"]
        for rule in g["rules"]
    ]
    [busy] = [rule for rule in rules if rule["title"] == "WorkerBusy (shop)"]
    assert busy["data"][1]["model"]["conditions"][0]["evaluator"]["params"] == [16.0]
    assert '"shop"' in started.file("dashboards/overview.json")


def test_every_variable_of_the_files_has_a_value(started: Started) -> None:
    for name in ("datasources", "dashboards"):
        text = started.file(f"provisioning/{name}/gurukool.yaml")
        used = {part.partition("}")[0] for part in text.split("${")[1:]}
        assert used
        assert used <= started.environment.keys()


def test_a_stack_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        CloudFormation, "describe_stacks", lambda *_, **__: {"Stacks": [{"StackStatus": "DELETE_COMPLETE"}]}
    )
    monkeypatch.setattr(program, "find", lambda: program.Container("docker", program.IMAGE))
    with pytest.raises(SystemExit, match="There is no stack shop"):
        start.run(lambda: FakeTarget("us-east-1", "shop", "http://x"), argparse.Namespace(port=3031))


@pytest.mark.parametrize(
    ("docker", "expected"),
    [(None, "no Docker either"), ("exit 1", "Docker does not answer")],
)
def test_what_is_missing_is_said(tmp_path: Path, docker: str | None, expected: str) -> None:
    if docker:
        install(tmp_path / "docker", f"#!/bin/sh\n{docker}\n")
    with pytest.raises(DeployError, match=f"No Grafana was found: .*{expected}.*Install Grafana"):
        program.find({"PATH": str(tmp_path)})


def test_a_program_without_its_files_is_refused(tmp_path: Path) -> None:
    install(tmp_path / "bin/grafana", GRAFANA)
    with pytest.raises(DeployError, match=r"has no conf/defaults\.ini in"):
        program.find({"PATH": str(tmp_path / "bin")})


def test_docker_is_next_and_sees_no_secret_in_its_command_line(tmp_path: Path) -> None:
    install(tmp_path / "docker", "#!/bin/sh\necho 28.0.0\n")
    found = program.find({"PATH": str(tmp_path), "GRAFANA_IMAGE": "mirror/grafana:12"})
    own = environment.settings(found.files(Path("/tmp/x")), 3031, "secret")
    command = found.command(Path("/tmp/x"), own)
    assert command[:5] == [str(tmp_path / "docker"), "run", "--rm", "--network", "host"]
    assert command[-1] == "mirror/grafana:12"
    assert "/tmp/x:/gurukool:ro" in command
    assert not any("secret" in word for word in command)
    assert own["GF_PATHS_PROVISIONING"] == "/gurukool/files/provisioning"
    assert {"GF_SECURITY_ADMIN_PASSWORD", "GF_SERVER_HTTP_ADDR"} <= set(command)


def test_a_stack_on_aws_is_asked_with_the_credentials_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    own = environment.place(Target("eu-central-1", "shop"))
    assert own["GURUKOOL_ENDPOINT"] == ""
    names = ("GURUKOOL_ACCESS_KEY", "GURUKOOL_SECRET_KEY", "GURUKOOL_SESSION_TOKEN", "GURUKOOL_REGION")
    assert [own[name] for name in names] == ["id", "key", "token", "eu-central-1"]
