from gurukool import testing
from handlers.greet import Greeting, Visit, greet

SETTINGS = {"greeting": "Hello"}
RESOURCES = {"visits": Visit}


def test_who_comes_is_greeted_and_counted() -> None:
    with testing.resources(**RESOURCES) as resources:
        outcome = testing.run(greet, Greeting("Ada"), settings=SETTINGS)

        assert outcome.result == "Hello, Ada"
        assert resources.table("visits").bind(Visit).get("Ada").times == 1


def test_nobody_is_counted_twice_whatever_crashes() -> None:
    testing.crash_everywhere(greet, Greeting("Ada"), resources=RESOURCES, settings=SETTINGS)
