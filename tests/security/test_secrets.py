"""Nothing secret is in the logs, and errors show nothing from within."""

import json

from tests.conftest import DeployedStack
from tests.security.conftest import PASSWORD, KeyOf, Person

FUNCTIONS = ("ApiFunction", "WorkerFunction", "SweeperFunction")


def logged(stack: DeployedStack) -> str:
    client = stack.emulator.client("logs")
    pages = client.get_paginator("filter_log_events")
    groups = [f"/aws/lambda/{stack.outputs[function]}" for function in FUNCTIONS]
    events = [e for group in groups for page in pages.paginate(logGroupName=group) for e in page["events"]]
    return "\n".join(event["message"] for event in events)


def test_no_secret_that_was_used_is_in_the_logs(stack: DeployedStack, person: Person, key_of: KeyOf) -> None:
    """Whatever was done before this in the same stack is looked at as well."""
    wrong = {"username": "typed-into-the-wrong-field-Hunter2", "password": "mistyped-Hunter2"}
    person.api.call("POST", "/api/auth/login", wrong)
    refreshed = person.api.ask("POST", "/api/auth/refresh", {"refresh_token": person.refresh_token})
    change = {"current_password": PASSWORD, "new_password": "new-password-Hunter2"}
    person.call("POST", "/api/account/password", change)
    person.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"card": "4111-Hunter2"}})
    person.session.dequeue()
    table, key = stack.outputs["AccountsTable"], {"username": {"S": person.username}}
    account = stack.emulator.client("dynamodb").get_item(TableName=table, Key=key)["Item"]
    secrets = [
        *(PASSWORD, "Hunter2", key_of(person.access_token), account["password_hash"]["S"], "$argon2"),
        *(person.access_token, person.refresh_token, person.refresh_token.split(".")[2]),
        *(refreshed["access_token"], refreshed["refresh_token"]),
    ]

    text = logged(stack)

    assert person.user_id in text
    assert json.loads(next(line for line in text.splitlines() if line.startswith("{")))["event"]
    assert [secret for secret in secrets if secret in text] == []


def test_an_error_shows_nothing_from_within(person: Person) -> None:
    answers = [
        person.call("POST", "/api/queue/enqueue", b'{"type": "echo", "payload": '),
        person.call("GET", "/api/queue/requests/%00"),
        person.api.call("GET", "/api/queue", headers={"Authorization": "Bearer x"}),
    ]
    for answer in answers:
        text = json.dumps(answer.body)
        assert not any(word in text for word in ("Traceback", ".py", "botocore", "msgspec", "arn:", "jwt"))
