"""What an application declares, in the template that is deployed."""

from typing import Any

import pytest

from infra import parameters, template
from infra.errors import DeployError
from tests.infra.apps.conftest import TABLE, Read
from tests.infra.documents import WORKERS

DECLARATION = """
[settings.limit]
type = "integer"
default = 100
local = 5

[settings.region_name]

[settings.fast]
type = "boolean"
default = true

[settings.stripe]
secret = true
local = "a stand-in"

[permissions]
balances = ["dynamodb:PutItem", "dynamodb:GetItem"]
"balances/index/by_day" = ["dynamodb:Query"]
"files/*" = ["s3:GetObject"]
news = ["sns:Publish"]
"arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/*" = ["ses:SendEmail"]

[worker]
memory_mb = 1024
"""
RESOURCES = f"""{TABLE}
  files:
    Type: AWS::S3::Bucket
  news:
    Type: AWS::SNS::Topic
  late:
    Type: AWS::SQS::Queue
    DependsOn: files
    Properties:
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt dead.Arn, maxReceiveCount: 3}}
      Tags: [{{Key: of, Value: !Sub "${{files}} in ${{AWS::StackName}}"}}]
  dead:
    Type: AWS::SQS::Queue
"""


@pytest.fixture
def whole(read: Read) -> dict[str, Any]:
    return template.load(read(DECLARATION, RESOURCES))


def test_resources_have_names_that_cannot_meet_ours(whole: dict[str, Any]) -> None:
    ours = template.load()["Resources"].keys()
    added = whole["Resources"].keys() - ours

    alarms = {"AlarmAppBalancesReads", "AlarmAppBalancesWrites", "AlarmAppLateFull", "AlarmAppDead"}
    assert added - alarms == {"AppBalances", "AppFiles", "AppNews", "AppLate", "AppDead", "SecretStripe"}
    assert alarms <= added
    assert whole["Resources"]["AppLate"] == {
        "Type": "AWS::SQS::Queue",
        "DependsOn": "AppFiles",
        "Properties": {
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": ["AppDead", "Arn"]},
                "maxReceiveCount": 3,
            },
            "Tags": [{"Key": "of", "Value": {"Fn::Sub": "${AppFiles} in ${AWS::StackName}"}}],
        },
    }


def test_the_stack_says_which_application_it_has(whole: dict[str, Any], read: Read) -> None:
    assert whole["Outputs"]["Application"] == {"Value": read(DECLARATION, RESOURCES).path.name}
    assert "Application" not in template.load()["Outputs"]


def test_functions_get_what_they_need_and_the_api_no_secret(whole: dict[str, Any]) -> None:
    def variables(function: str) -> dict[str, str]:
        found = whole["Resources"][function]["Properties"]["Environment"]["Variables"]
        return {name: of["Ref"] for name, of in found.items() if name.startswith("APP_")}

    settings = {
        "APP_SETTING_limit": "SettingLimit",
        "APP_SETTING_region_name": "SettingRegionName",
        "APP_SETTING_fast": "SettingFast",
    }
    assert variables("APIHandler") == settings
    assert variables("Sweeper") == {}
    for worker in WORKERS:
        assert variables(worker).items() >= settings.items()
        assert variables(worker)["APP_SECRET_stripe"] == "SecretStripe"
        assert variables(worker)["APP_RESOURCE_balances"] == "AppBalances"
        assert whole["Resources"][worker]["Properties"]["MemorySize"] == 1024


def test_permissions_become_statements(read: Read) -> None:
    def statement(actions: list[str], resource: Any) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": actions, "Resource": resource}

    assert read(DECLARATION, RESOURCES).statements == [
        statement(["ses:SendEmail"], {"Fn::Sub": "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/*"}),
        statement(["dynamodb:GetItem", "dynamodb:PutItem"], {"Fn::GetAtt": ["AppBalances", "Arn"]}),
        statement(["dynamodb:Query"], {"Fn::Sub": "${AppBalances.Arn}/index/by_day"}),
        statement(["s3:GetObject"], {"Fn::Sub": "${AppFiles.Arn}/*"}),
        statement(["sns:Publish"], {"Ref": "AppNews"}),
        statement(["secretsmanager:GetSecretValue"], [{"Ref": "SecretStripe"}]),
    ]


def test_a_setting_without_a_default_has_to_be_given(whole: dict[str, Any], read: Read) -> None:
    with pytest.raises(DeployError, match="There is no value for SettingRegionName"):
        parameters.resolve(whole["Parameters"], {}, {})

    values = parameters.resolve(whole["Parameters"], {}, {"SettingRegionName": "any text, with signs: \"'"})
    assert (values["SettingLimit"], values["SettingFast"]) == ("100", "true")


@pytest.mark.parametrize("wrong", [{"SettingLimit": "many"}, {"SettingFast": "yes"}, {"SettingLimit": "1.5"}])
def test_a_value_of_another_type_is_refused(whole: dict[str, Any], wrong: dict[str, str]) -> None:
    with pytest.raises(DeployError, match=f"The parameter {next(iter(wrong))} is"):
        parameters.resolve(whole["Parameters"], {}, {"SettingRegionName": "x"} | wrong)


def test_the_local_cloud_has_values_of_its_own(read: Read) -> None:
    assert read(DECLARATION, RESOURCES).local_parameters() == {"SettingLimit": "5", "SettingFast": "true"}


def test_no_value_of_a_secret_is_in_the_template(whole: dict[str, Any]) -> None:
    assert "stand-in" not in str(whole)
    assert whole["Resources"]["SecretStripe"]["Properties"].keys() == {"Description"}
    assert whole["Outputs"]["SecretStripeArn"] == {"Value": {"Ref": "SecretStripe"}}
