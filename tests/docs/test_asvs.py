"""The table of ASVS requirements: none is left out, and the tests that it names exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "asvs.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| \**([a-z/ ]+?)\** \| (.*?) ?\|$", re.MULTILINE)
ROWS = ROW.findall(TABLE)
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))

# The numbers of the requirements of levels 1 and 2 in each section of OWASP ASVS 5.0.0.
SECTIONS = {
    "1.1": [1, 2],
    "1.2": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    "1.3": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    "1.4": [1, 2, 3],
    "1.5": [1, 2],
    "2.1": [1, 2, 3],
    "2.2": [1, 2, 3],
    "2.3": [1, 2, 3, 4],
    "2.4": [1],
    "3.2": [1, 2],
    "3.3": [1, 2, 3, 4],
    "3.4": [1, 2, 3, 4, 5, 6],
    "3.5": [1, 2, 3, 4, 5],
    "3.7": [1, 2],
    "4.1": [1, 2, 3],
    "4.2": [1],
    "4.3": [1, 2],
    "4.4": [1, 2, 3, 4],
    "5.1": [1],
    "5.2": [1, 2, 3],
    "5.3": [1, 2],
    "5.4": [1, 2, 3],
    "6.1": [1, 2, 3],
    "6.2": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    "6.3": [1, 2, 3, 4],
    "6.4": [1, 2, 3, 4],
    "6.5": [1, 2, 3, 4, 5],
    "6.6": [1, 2, 3],
    "6.8": [1, 2, 3, 4],
    "7.1": [1, 2, 3],
    "7.2": [1, 2, 3, 4],
    "7.3": [1, 2],
    "7.4": [1, 2, 3, 4, 5],
    "7.5": [1, 2],
    "7.6": [1, 2],
    "8.1": [1, 2],
    "8.2": [1, 2, 3],
    "8.3": [1],
    "8.4": [1],
    "9.1": [1, 2, 3],
    "9.2": [1, 2, 3, 4],
    "10.1": [1, 2],
    "10.2": [1, 2],
    "10.3": [1, 2, 3, 4],
    "10.4": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    "10.5": [1, 2, 3, 4, 5],
    "10.6": [1, 2],
    "10.7": [1, 2, 3],
    "11.1": [1, 2],
    "11.2": [1, 2, 3],
    "11.3": [1, 2, 3],
    "11.4": [1, 2, 3, 4],
    "11.5": [1],
    "11.6": [1],
    "12.1": [1, 2, 3],
    "12.2": [1, 2],
    "12.3": [1, 2, 3, 4],
    "13.1": [1],
    "13.2": [1, 2, 3, 4, 5],
    "13.3": [1, 2],
    "13.4": [1, 2, 3, 4, 5],
    "14.1": [1, 2],
    "14.2": [1, 2, 3, 4],
    "14.3": [1, 2, 3],
    "15.1": [1, 2, 3],
    "15.2": [1, 2, 3],
    "15.3": [1, 2, 3, 4, 5, 6, 7],
    "16.1": [1],
    "16.2": [1, 2, 3, 4, 5],
    "16.3": [1, 2, 3, 4],
    "16.4": [1, 2, 3],
    "16.5": [1, 2, 3],
    "17.1": [1],
    "17.2": [1, 2, 3, 4],
    "17.3": [1, 2],
}


def test_no_requirement_of_levels_1_and_2_is_left_out() -> None:
    assert [number for number, *_ in ROWS] == [
        f"{section}.{n}" for section, ns in SECTIONS.items() for n in ns
    ]


def test_every_verdict_is_one_of_few_and_says_why() -> None:
    for number, _, verdict, how in ROWS:
        assert verdict in {"met", "partly", "not met", "operator", "n/a"}, number
        assert how or verdict == "n/a", number


@pytest.mark.parametrize("word", ["planned", "none yet", "until then"])
def test_no_answer_waits_for_something_that_may_be_there_by_now(word: str) -> None:
    """The table says how it is: what is planned was once built, and its rows went on to deny it."""
    assert [number for number, _, _, how in ROWS if re.search(rf"\b{word}\b", how, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", TABLE))))
def test_a_test_that_is_named_exists(name: str) -> None:
    assert f"def {name}(" in TESTS


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\btests/[\w/]+\.py", TABLE))))
def test_a_file_of_tests_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).is_file()
