"""Answers keep what clients of the last release find in them; UPGRADING.md says what is new."""

from pathlib import Path

import pytest

from tests.surface.answers import Answers, added, answers_of, present, released

UPGRADING = (Path(__file__).parents[2] / "UPGRADING.md").read_text()


@pytest.fixture(scope="module")
def now() -> Answers:
    return present()


def test_every_released_answer_has_what_it_had(now: Answers) -> None:
    gone = {call: lost for call, names in released().items() if (lost := set(names) - set(now.get(call, [])))}

    assert gone == {}, "This breaks clients: it needs a new major version and a line in UPGRADING.md."


def test_everything_new_in_a_released_answer_is_announced(now: Answers) -> None:
    newest = UPGRADING.split("\n## To ")[1]
    silent = {name for name in added(released(), now) if f"`{name}`" not in newest}

    assert silent == set(), "UPGRADING.md does not tell clients of the API what they will meet."


def test_what_is_new_is_found_in_lists_in_references_and_among_values() -> None:
    def document(*, states: list[str], **further: object) -> dict[str, object]:
        inner = {"properties": {"state": {"enum": states}, "n": {}, **further}}
        schema = {"properties": {"all": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}}}}
        response = {"200": {"content": {"application/json": {"schema": {"anyOf": [schema, {}]}}}}}
        return {
            "paths": {"/all": {"get": {"responses": response}}},
            "components": {"schemas": {"Inner": inner}},
        }

    before = answers_of(document(states=["open"]))
    now = answers_of(document(states=["open", "held"], why={"properties": {"seq": {}}}))

    assert before == {"GET /all": ["all", "all.n", "all.state", "all.state=open"]}
    assert added(before, now) == {"held", "why"}
    assert added(now, before) == set()
