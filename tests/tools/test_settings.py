from pathlib import Path

import pytest

from infra import template
from infra.target import local_cloud
from local_cloud.deployment import parameters
from local_cloud.errors import LocalCloudError
from local_cloud.settings import CHECKOUT, VARIABLES, Settings, load, read_file


def test_the_defaults_are_those_of_the_documentation() -> None:
    assert Settings.from_mapping({}) == Settings(api_port=3000, edge_port=4566, dynamodb_port=4567)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "three", "PORT must be a port number from 1 to 65535, not 'three'."),
        ("PORT", "0", "PORT must be"),
        ("PORT", "65536", "PORT must be"),
        ("PORT", "-1", "PORT must be"),
        ("PORT", "٣٠٠٠", "PORT must be"),
        ("DYNAMODB_LOCAL_PORT", "4567x", "DYNAMODB_LOCAL_PORT must be a port number"),
        ("AWS_ENDPOINT_URL", "4566", "AWS_ENDPOINT_URL must be an address of this machine with a port"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1", "AWS_ENDPOINT_URL must be"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:high", "AWS_ENDPOINT_URL must be"),
        ("AWS_ENDPOINT_URL", "https://sqs.us-east-1.amazonaws.com:443", "AWS_ENDPOINT_URL must be"),
        ("QUEUE_LIMIT", "0", "QUEUE_LIMIT must be a whole number from 1 to 1000000, not '0'."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'loud'."),
        ("OIDC_ISSUER", "http://login.example", "OIDC_ISSUER must begin with https://, or with http:// on"),
        ("OIDC_ISSUER", "https://login.example?a=b", "OIDC_ISSUER must have no query"),
        ("OIDC_ISSUER", "login.example", "OIDC_ISSUER must be like https://host/path"),
        ("OIDC_AUDIENCE", "two words", "OIDC_AUDIENCE must have up to 200 characters of ASCII"),
        ("TRACING", "yes", "TRACING must be one of on, off, not 'yes'."),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence_that_names_it(name: str, value: str, sentence: str) -> None:
    with pytest.raises(LocalCloudError) as refused:
        Settings.from_mapping({name: value})
    assert str(refused.value).startswith(sentence)


def test_an_empty_value_counts_as_not_given() -> None:
    assert Settings.from_mapping({"PORT": "", "LOG_LEVEL": ""}) == Settings()


def test_an_application_is_named_or_left_out_or_not_mentioned() -> None:
    assert Settings.from_mapping({"APP": "../shop"}) == Settings(app=CHECKOUT / "../shop")
    assert Settings.from_mapping({"APP": "none"}) == Settings(without_app=True)
    assert Settings.from_mapping({"APP": ""}) == Settings()


def test_two_servers_cannot_have_one_port() -> None:
    with pytest.raises(LocalCloudError, match="must differ"):
        Settings.from_mapping({"PORT": "4566"})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\n\nPORT=3001\nQUEUE_LIMIT=5\n")
    assert load(tmp_path, {"PORT": "3002"}) == Settings(api_port=3002, choices={"QUEUE_LIMIT": "5"})


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("QUEUE_LIMITS=5", "sets QUEUE_LIMITS, which is unknown: did you mean QUEUE_LIMIT?"),
        ("STRIPE_KEY=5", "sets STRIPE_KEY, which is unknown: .env.example lists the names."),
        (
            "GURUKOOL_CACHE=/x",
            "sets GURUKOOL_CACHE, which is needed before this file can be read: set it in ",
        ),
        ("PORT", "has a line that is not NAME=value: PORT"),
        ("some words", "has a line that is not NAME=value: some words"),
        ("PORT='3001", "has a line that is not NAME=value: PORT='3001"),
    ],
)
def test_a_wrong_line_of_the_file_is_refused(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / ".env").write_text(f"PORT=3001\n{line}\n")
    with pytest.raises(LocalCloudError) as refused:
        load(tmp_path, {})
    assert str(refused.value).startswith(f"{tmp_path}/.env {sentence}")


def test_a_copy_of_an_earlier_example_file_is_accepted(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=3001\nGURUKOOL_CACHE=\n")
    assert load(tmp_path, {}) == Settings(api_port=3001)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("PORT=3001", "3001"),
        ("export PORT=3001", "3001"),
        ("  PORT = 3001  # mine", "3001"),
        ("PORT='3001' # mine", "3001"),
        ('PORT="3001"', "3001"),
        ("CORS_ORIGINS=https://app.example/#a", "https://app.example/#a"),
        ("CORS_ORIGINS='https://app.example/ # a'", "https://app.example/ # a"),
        ("CORS_ORIGINS=", ""),
        ("CORS_ORIGINS= # none", ""),
    ],
)
def test_a_line_may_be_written_as_other_programs_take_it(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    assert list(read_file(tmp_path / ".env").values()) == [value]


def test_the_example_file_lists_every_variable_with_its_default() -> None:
    expected = {name: setting.default for name, setting in VARIABLES.items()}
    assert read_file(CHECKOUT / ".env.example") == expected


def test_what_is_not_chosen_is_deployed_as_the_template_or_the_local_cloud_has_it() -> None:
    declared, local = template.load()["Parameters"], local_cloud("").parameters
    for name, value in parameters(Settings()).items():
        assert value == local.get(name, str(declared[name]["Default"]))


def test_a_choice_becomes_a_parameter_of_the_template() -> None:
    assert parameters(Settings(choices={"QUEUE_LIMIT": "5"}))["QueueLimit"] == "5"
