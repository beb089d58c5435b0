"""The pages at their own addresses, and beside them."""

import http.client
from urllib.parse import urlsplit

from tests.conftest import DeployedStack


def get(stack: DeployedStack, path: str) -> http.client.HTTPResponse:
    """Without following where it leads."""
    address = urlsplit(stack.api_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_the_pages_are_served(stack: DeployedStack) -> None:
    for path in ("/", "/docs"):
        answer = get(stack, path)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/html")


def test_an_address_with_a_slash_too_many_leads_to_the_page(stack: DeployedStack) -> None:
    """What the page loads is relative to an address without one."""
    answer = get(stack, "/docs/")

    assert (answer.status, answer.headers["Location"]) == (308, "../docs")
