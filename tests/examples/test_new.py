"""A new application works as it is, and an update of its stack adds what is added to its folder."""

from pathlib import Path

from infra.apps import folder, secret_settings
from infra.deploy import Options, deploy
from infra.new import write
from infra.target import local_cloud
from local_cloud.api_client import Api
from local_cloud.emulator import Emulator
from tests.conftest import api_url_of
from tests.e2e.users import User, sign_up

STACK = "new"
TABLE = """
  notes:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: name, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
"""
DECLARED = 'notes = ["dynamodb:UpdateItem"]\n[settings.token]\nsecret = true\n'
HANDLER = """
from gurukool import Effects, Request, handler
from handlers.greet import Visit

@handler("note", max_attempts=1)
def note(payload: str, request: Request, effects: Effects) -> int:
    effects.update(effects.table(Visit, "notes")(payload), [Visit.times.add(1)])
    return len(request.settings.secret("token"))
"""


def outcome_of(user: User, type_: str, payload: object) -> tuple[str, object]:
    user.session.ask("POST", "/api/queue/enqueue", {"type": type_, "payload": payload})
    ended = user.session.ask("GET", "/api/queue/dequeue?wait=20")
    return ended["status"], ended["result"]


def test_it_works_as_it_is_and_with_what_is_added_to_it(emulator: Emulator, tmp_path: Path) -> None:
    app, target, said = tmp_path / "my-app", local_cloud(emulator.edge_url, STACK), list[str]()
    write(app)
    deploy(target, {}, said.append, Options(app=folder.read(app)))
    with Api(api_url_of(emulator, STACK)) as client:
        user = sign_up(client)
        assert outcome_of(user, "greet", {"name": "Ada"}) == ("succeeded", "Hello, Ada")

        (app / "resources.yaml").write_text((app / "resources.yaml").read_text() + TABLE)
        (app / "application.toml").write_text((app / "application.toml").read_text() + DECLARED)
        (app / "handlers/note.py").write_text(HANDLER)
        outputs = deploy(target, {}, said.append, Options(app=folder.read(app)))
        advice = "The secret token has no value yet: localstack/run -m local_cloud.operate secret token"
        assert said[-1] == advice
        assert outcome_of(user, "note", "Ada")[0] == "failed"

        secret_settings.put(target.client("secretsmanager"), outputs, "token", "12345")
        assert outcome_of(user, "note", "Ada") == ("succeeded", 5)
    notes = emulator.client("dynamodb").scan(TableName=outputs["AppNotesName"])["Items"]
    assert notes == [{"name": {"S": "Ada"}, "times": {"N": "1"}}]
