"""The values of the template's parameters."""

import pytest

from bootstrap.cache import CHECKOUT
from infra import parameters, template
from infra.errors import DeployError
from infra.target import Target, local_cloud

DECLARED = template.load()["Parameters"]
DEFAULTS = {name: str(parameter["Default"]) for name, parameter in DECLARED.items()}


def test_what_is_given_wins_over_what_was_before_and_that_over_the_default() -> None:
    values = parameters.resolve(DECLARED, {"QueueLimit": "5", "LogLevel": "ERROR"}, {"QueueLimit": "7"})
    assert values == DEFAULTS | {"QueueLimit": "7", "LogLevel": "ERROR"}


def test_a_parameter_that_is_no_longer_declared_is_forgotten() -> None:
    assert parameters.resolve(DECLARED, {"Colour": "blue"}, {}) == DEFAULTS


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Colour", "blue", "There is no parameter Colour. There are: AccessLogs, "),
        ("QueueLimit", "0", "QueueLimit is '0', but must be a whole number from 1 to 1000000."),
        ("QueueLimit", "many", "QueueLimit is 'many', but must be a whole number"),
        ("AllowedHosts", "a;b", "AllowedHosts is 'a;b', but must be up to 2000 characters like ["),
        ("AllowedHosts", "a" * 2001, "but must be up to 2000 characters like ["),
        ("OidcIssuer", "http://login.example", "but must be up to 300 characters like ("),
        ("LogRetentionDays", "31", "LogRetentionDays is '31', but must be one of 1, 3, 5, 7,"),
        ("Architecture", "mips", "Architecture is 'mips', but must be one of arm64, x86_64."),
    ],
)
def test_a_wrong_value_is_named_and_what_is_right_is_said(name: str, value: str, said: str) -> None:
    with pytest.raises(DeployError) as raised:
        parameters.resolve(DECLARED, {}, {name: value})
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MinimumPollers": "1"}, "MinimumPollers must be 0, or at least 2."),
        ({"WarmWrites": "3999"}, "WarmWrites must be 0, or at least 4000."),
        ({"MinimumPollers": "9", "MaximumPollers": "8"}, "MaximumPollers must be at least MinimumPollers."),
    ],
)
def test_what_aws_would_refuse_of_pollers_and_warm_tables_is_said(given: dict[str, str], said: str) -> None:
    with pytest.raises(DeployError) as raised:
        parameters.resolve(DECLARED, {}, given)
    assert str(raised.value) == said


@pytest.mark.parametrize("name", ["OidcIssuer", "OidcAudience"])
def test_an_identity_provider_is_given_with_its_audience(name: str) -> None:
    both = {"OidcIssuer": "https://login.example", "OidcAudience": "https://login.example"}
    assert parameters.resolve(DECLARED, {}, both) == DEFAULTS | both
    with pytest.raises(DeployError, match="OidcIssuer and OidcAudience belong together"):
        parameters.resolve(DECLARED, both, {name: ""})


@pytest.mark.parametrize(
    ("before", "value", "is_refused"),
    [
        ({}, "on", False),  # a new stack
        ({"QueueLimit": "5"}, "off", False),
        ({"QueueLimit": "5"}, "on", True),  # of a release without this parameter
        ({"QueueLimit": "5", "TypeIndex": "off"}, "on", False),
    ],
)
def test_an_update_adds_one_index_of_requests_at_most(
    before: dict[str, str], value: str, is_refused: bool
) -> None:
    values = parameters.resolve(DECLARED, before, {"TypeIndex": value})
    if is_refused:
        with pytest.raises(DeployError, match="deploy without TypeIndex=on first"):
            parameters.check_indexes(before, values)
    else:
        parameters.check_indexes(before, values)


def test_the_number_of_shards_is_never_lowered() -> None:
    values = parameters.resolve(DECLARED, {}, {"SweepShards": "16"})
    for before in ({}, {"SweepShards": "8"}, {"SweepShards": "16"}):
        parameters.check_shards(before, {}, values)

    with pytest.raises(DeployError, match="SweepShards can only be raised"):
        parameters.check_shards({"SweepShards": "32"}, {}, values)


def test_a_stack_that_has_forgotten_the_number_of_shards_needs_it_again() -> None:
    """It may have gone back to 0.1.0 from a release with more of them, where its queues still are."""
    before, given = {"QueueLimit": "5"}, {"SweepShards": "64"}
    with pytest.raises(DeployError, match=r"give --parameter SweepShards=8; otherwise"):
        parameters.check_shards(before, {}, DEFAULTS)
    parameters.check_shards(before, given, DEFAULTS | given)
    parameters.check_shards(before, {}, DEFAULTS, local=True)


def test_the_local_cloud_differs_in_six_parameters_only() -> None:
    local = local_cloud("http://127.0.0.1:4566").parameters
    workers = {"MaximumConcurrency", "SlowMaximumConcurrency", "LongMaximumConcurrency"}
    assert local.keys() == {"Architecture", "DeletionProtection", "SampleHandlers"} | workers
    assert parameters.resolve(DECLARED, local, {}) == DEFAULTS | local


@pytest.mark.parametrize("name", DECLARED)
def test_the_docs_tell_of_every_parameter_and_its_default(name: str) -> None:
    default = f"`{DEFAULTS[name]}`" if DEFAULTS[name] else "none"
    assert f"| `{name}` | {default} |" in (CHECKOUT / "docs" / "deploy.md").read_text()


def test_aws_differs_in_none() -> None:
    assert Target("eu-central-1").parameters == {}


def test_the_longest_name_of_a_stack_fits_into_every_name_that_begins_with_it() -> None:
    limits = {"QueueName": 80, "FunctionName": 64, "LayerName": 140}
    room = {
        limit - len(name["Fn::Sub"].replace("${AWS::StackName}", ""))
        for resource in template.load()["Resources"].values()
        for property_, limit in limits.items()
        if "Fn::Sub" in (name := resource.get("Properties", {}).get(property_, {}))
    }
    assert min(room) == parameters.LONGEST_NAME


@pytest.mark.parametrize(
    ("length", "before", "hosts", "fits"),
    [
        (44, {}, "a.example", True),
        (45, {}, "", False),
        (45, {"CallbackHosts": ""}, "", True),  # it was deployed by a release without this check
        (45, {"CallbackHosts": ""}, "a.example", False),
    ],
)
def test_a_stack_whose_name_is_too_long_is_refused(
    length: int, before: dict[str, str], hosts: str, fits: bool
) -> None:
    def check() -> None:
        parameters.check_name("s" * length, before, {"CallbackHosts": hosts})

    if fits:
        check()
    else:
        with pytest.raises(DeployError, match=f"has {length} characters, and may have 44"):
            check()
