"""What AWS says when it refuses a call."""

from typing import NamedTuple


class Refusal(NamedTuple):
    code: str = ""
    status: int = 0  # of HTTP


def refusal_in(error: BaseException | None) -> Refusal:
    """Code and status in an error of botocore; empty in any other error."""
    answer = getattr(error, "response", None) or {}
    return Refusal(
        answer.get("Error", {}).get("Code", ""),
        answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
    )
