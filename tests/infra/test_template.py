"""The packaged template: what goes to AWS and to the local cloud alike."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.queueing.attempt import ENDING_MS, GRACE_MS, READING_MS
from chalicelib.core.queueing.handler import LONGEST_SHORT_TIMEOUT_S, LONGEST_TIMEOUT_S
from chalicelib.settings import CHOICES, SettingError
from chalicelib.web import middleware
from tests.infra.documents import FUNCTIONS, TABLES, Document, at, environment

PROTECTED = {"Fn::If": ["Protected", True, False]}
HOSTS = "", "hooks.example.com", "*.example.com:8443, http://[2001:db8::1]:81,a.internal=10.0.0.0/8"
TEXTS = {
    "ALLOWED_HOSTS": HOSTS,
    "CALLBACK_HOSTS": HOSTS,
    "OIDC_ISSUER": (
        "https://login.example",
        "https://login.example:8443/realms/one/",
        "http://127.0.0.1:9000",
        "http://localhost:9000/realms",
    ),
    "OIDC_AUDIENCE": ("https://gurukool.example/api", "app_5f7c.apps.example"),
    "CORS_ORIGINS": ("https://app.example", "http://localhost:8080, https://b.example"),
    "OTLP_ENDPOINT": ("http://127.0.0.1:4566/_gurukool", "https://collector.example:4318"),
    "USER_RATE": ["10/s", "600/min", "999999/h"],
}

# What Chalice cannot set by itself, or sets otherwise if it is not told.
PROPERTIES = [
    ("RestAPI.Properties.EndpointConfiguration", "REGIONAL"),
    ("RestAPI.Properties.StageName", "live"),
    ("RestAPI.Properties.OpenApiVersion", "2.0"),
    ("RestAPI.Properties.TracingEnabled", {"Fn::If": ["Traced", True, False]}),
    ("RestAPI.Properties.MethodSettings.0.ResourcePath", "/*"),
    (
        "RestAPI.Properties.DefinitionBody.x-amazon-apigateway-security-policy",
        "SecurityPolicy_TLS13_1_2_2021_06",
    ),
    ("RestAPI.Properties.DefinitionBody.x-amazon-apigateway-endpoint-access-mode", "STRICT"),
    ("APIHandler.Properties.Timeout", 29),
    ("APIHandler.Properties.MemorySize", 512),
    ("Sweeper.Properties.Timeout", 50),
    ("Sweeper.Properties.EventInvokeConfig.MaximumRetryAttempts", 0),
    ("Sweeper.Properties.Events.SweeperEvent.Properties.Schedule", "rate(1 minute)"),
    ("TokenKeys.Properties.GenerateSecretString.GenerateStringKey", "key"),
    ("TokenKeys.Properties.GenerateSecretString.PasswordLength", 64),
    ("WebhookKeys.Properties.GenerateSecretString.GenerateStringKey", "key"),
    ("WebhookKeys.Properties.GenerateSecretString.PasswordLength", 64),
    ("AccountsTable.Properties.KeySchema", [{"AttributeName": "username", "KeyType": "HASH"}]),
    ("SessionsTable.Properties.TimeToLiveSpecification", {"AttributeName": "expires_at", "Enabled": True}),
    ("RequestsTable.Properties.TimeToLiveSpecification", {"AttributeName": "expires_at", "Enabled": True}),
    ("IdempotencyTable.Properties.TimeToLiveSpecification", {"AttributeName": "expires_at", "Enabled": True}),
    ("AuditTable.Properties.GlobalSecondaryIndexes.0.IndexName", "about"),
    ("AuditTable.Properties.TimeToLiveSpecification", {"AttributeName": "expires_at", "Enabled": True}),
    ("QueuesTable.Properties.GlobalSecondaryIndexes.0.IndexName", "looks"),
    ("QueuesTable.Properties.GlobalSecondaryIndexes.1.IndexName", "working"),
    ("QueuesTable.Properties.GlobalSecondaryIndexes.0.Projection.ProjectionType", "KEYS_ONLY"),
    ("QueuesTable.Properties.GlobalSecondaryIndexes.2.IndexName", "expiring"),
    ("QueuesTable.Properties.GlobalSecondaryIndexes.1.Projection.ProjectionType", "KEYS_ONLY"),
]

TABLE_PROPERTIES = [
    ("DeletionPolicy", "Retain"),
    ("UpdateReplacePolicy", "Retain"),
    ("Properties.BillingMode", "PAY_PER_REQUEST"),
    ("Properties.DeletionProtectionEnabled", PROTECTED),
    ("Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", True),
]

FUNCTION_PROPERTIES = [
    ("Properties.Runtime", "python3.13"),
    ("Properties.Architectures", [{"Ref": "Architecture"}]),
    ("Properties.Layers", [{"Ref": "Dependencies"}]),
    ("Properties.Tracing", {"Fn::If": ["Traced", "Active", "PassThrough"]}),
]


def test_cfn_lint_finds_nothing(packaged: Path) -> None:
    from cfnlint.api import ManualArgs, lint_file  # takes a second, and every process collects this file

    everything = ManualArgs(regions=["us-east-1"], include_checks=["I"])
    assert lint_file(packaged / "template.json", everything) == []


@pytest.mark.parametrize(
    ("path", "expected"), PROPERTIES, ids=lambda value: value if "." in str(value) else ""
)
def test_a_property_that_chalice_does_not_set(template: Document, path: str, expected: Any) -> None:
    assert at(template["Resources"], path) == expected


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("path", "expected"), TABLE_PROPERTIES)
def test_every_table_keeps_what_it_holds(template: Document, table: str, path: str, expected: Any) -> None:
    assert at(template["Resources"][table], path) == expected


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("path", "expected"), FUNCTION_PROPERTIES)
def test_every_function_is_alike(template: Document, function: str, path: str, expected: Any) -> None:
    assert at(template["Resources"][function], path) == expected


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_writes_to_a_log_group_that_ends(template: Document, function: str) -> None:
    properties = template["Resources"][function]["Properties"]
    config = properties["LoggingConfig"]
    assert (config["LogFormat"], config["SystemLogLevel"]) == ("JSON", "WARN")
    # Lambda takes lines whose level it does not know for INFO.
    assert config["ApplicationLogLevel"] == {"Fn::If": ["LogsDebug", "DEBUG", "INFO"]}
    logs = template["Resources"][config["LogGroup"]["Ref"]]["Properties"]
    assert logs["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/{properties['FunctionName']['Fn::Sub']}"
    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_workers_and_sweeper_know_which_code_they_are(template: Document) -> None:
    """The samples and the check are handlers too. It is short enough for the queue item."""
    codes = [
        environment(template, function)["CODE_FINGERPRINT"]
        for function in FUNCTIONS
        if function != "APIHandler"
    ]
    assert all(code == codes[0] for code in codes)
    condition, checked, unchecked = codes[0]["Fn::If"]
    assert condition == "HasSyntheticCheck"
    assert checked != unchecked
    for code in (checked, unchecked):
        assert re.fullmatch(r"[0-9a-f]{12}-\$\{SampleHandlers\}", code["Fn::Sub"])


START_MS = 5_000  # until a worker that was started anew looks at its first request, at most


@pytest.mark.parametrize(
    ("worker", "seconds"),
    [
        ("Worker", LONGEST_SHORT_TIMEOUT_S),
        ("SlowWorker", LONGEST_SHORT_TIMEOUT_S),
        ("LongWorker", LONGEST_TIMEOUT_S),
    ],
)
def test_the_longest_attempt_fits_into_an_invocation_that_has_just_begun(
    template: Document, worker: str, seconds: float
) -> None:
    """Else the worker would leave it to the next one for ever."""
    needed = START_MS + READING_MS + seconds * 1000 + GRACE_MS + ENDING_MS
    assert needed <= template["Resources"][worker]["Properties"]["Timeout"] * 1000


def test_no_table_asks_for_a_key_that_is_charged(template: Document) -> None:
    """Without an SSESpecification, DynamoDB encrypts with a key of its own."""
    assert not [table for table in TABLES if "SSESpecification" in template["Resources"][table]["Properties"]]


def test_throttling_names_calls_that_exist(template: Document) -> None:
    api = template["Resources"]["RestAPI"]["Properties"]
    settings = [s for s in api["MethodSettings"] if s["ResourcePath"] != "/*"]
    assert settings
    for setting in settings:
        slash, encoded = setting["ResourcePath"][0], setting["ResourcePath"][1:]
        assert slash == "/"
        assert "/" not in encoded
        path = api["DefinitionBody"]["paths"][encoded.replace("~1", "/")]
        assert setting["HttpMethod"].lower() in path


def test_the_gateways_own_errors_are_problem_documents(template: Document) -> None:
    for response in template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"].values():
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        assert problem.keys() == {"type", "title", "status", "code", "detail"}
        assert str(problem["status"]) == response["StatusCode"]
        headers = response["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'"
        for name in ("Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options"):
            assert headers[name] == f"'{middleware.HEADERS[name]}'", "as the application has it"
        assert "'" not in headers["Content-Security-Policy"].strip("'")
        assert headers["Access-Control-Allow-Origin"] == "'*'"
        assert headers["X-Request-Id"] == "context.requestId"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("DEFAULT_5XX", "503"),  # what a function that crashed answers
        ("INTEGRATION_FAILURE", "503"),  # a function that Lambda throttles
        ("INTEGRATION_TIMEOUT", "504"),
        ("THROTTLED", "429"),
    ],
)
def test_clients_are_told_when_to_come_again(template: Document, kind: str, status: str) -> None:
    response = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"][kind]
    headers = response["ResponseParameters"]["Headers"]
    assert response["StatusCode"] == status
    assert int(headers["Retry-After"].strip("'")) > 0
    assert "Retry-After" in headers["Access-Control-Expose-Headers"], "or a web page could not read it"


def test_an_unknown_path_is_a_404(template: Document) -> None:
    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["StatusCode"] == "404"


@pytest.mark.parametrize("setting", CHOICES, ids=lambda setting: setting.name)
def test_a_parameter_takes_what_the_functions_take(template: Document, setting: Any) -> None:
    name = next(v["Ref"] for v in [environment(template, f).get(setting.name) for f in FUNCTIONS] if v)
    parameter = template["Parameters"][name]
    assert str(parameter["Default"]) == setting.default
    if "AllowedValues" in parameter:
        assert all(setting.parse(str(value)) is not None for value in parameter["AllowedValues"])
        return
    if "AllowedPattern" in parameter:
        texts = TEXTS[setting.name]
        assert all(re.fullmatch(parameter["AllowedPattern"], text) and setting.parse(text) for text in texts)
        return
    assert setting.parse(str(parameter["MinValue"])) == parameter["MinValue"]
    assert setting.parse(str(parameter["MaxValue"])) == parameter["MaxValue"]
    for outside in (parameter["MinValue"] - 1, parameter["MaxValue"] + 1):
        with pytest.raises(SettingError):
            setting.parse(str(outside))


@pytest.mark.parametrize("sweepers", [1, 2, 4, 8])
def test_every_part_is_swept_once(template: Document, sweepers: int) -> None:
    """The scheduled sweeper has the first part, and further rules have the others."""
    on = {"TwoSweepers": sweepers >= 2, "FourSweepers": sweepers >= 4, "EightSweepers": sweepers == 8}
    rules = [
        resource["Properties"]["Targets"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule" and on[resource["Condition"]]
    ]
    parts = [json.loads(target["Input"])["detail"]["part"] for targets in rules for target in targets]

    assert sorted([0, *parts]) == list(range(sweepers))
    assert all(len(targets) <= 5 for targets in rules)
