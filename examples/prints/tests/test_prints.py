"""Whoever watches a print sees each page."""

from gurukool.testing import run
from handlers.prints import Pages, print_pages


def test_each_page_is_told() -> None:
    outcome = run(print_pages, Pages(3), settings={"seconds_per_page": 0})

    assert outcome.result == {"pages": 3}
    assert [event.data["message"] for event in outcome.events][-1] == "Page 3 of 3"
