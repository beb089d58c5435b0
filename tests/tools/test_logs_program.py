"""What `make logs` asks the cloud for."""

from typing import Any

import pytest

from infra.errors import DeployError
from infra.logs import pattern, user_id

ID = "8c5dfd47eab45b78cce755df2c57b096"


class Accounts:
    def get_item(self, *, Key: dict[str, dict[str, str]], **_: Any) -> dict[str, Any]:  # noqa: N803 - botocore's
        return {"Item": {"user_id": {"S": ID}}} if Key == {"username": {"S": "ada"}} else {}


def test_a_user_is_found_by_name_or_taken_by_id() -> None:
    assert user_id(Accounts(), "accounts", "ada") == ID
    assert user_id(Accounts(), "accounts", ID) == ID


def test_an_unknown_user_is_refused_with_a_sentence() -> None:
    with pytest.raises(DeployError, match="There is no user 'nobody'"):
        user_id(Accounts(), "accounts", "nobody")


# The second half is for the lines about a batch.
SEQ_3 = "(($.seq = 3) || (($.seq <= 3) && ($.last_seq >= 3)))"


@pytest.mark.parametrize(
    ("user", "seq", "expected"),
    [
        (None, None, ""),
        (ID, None, f'{{ ($.user = "{ID}") }}'),
        (None, 3, f"{{ {SEQ_3} }}"),
        (ID, 3, f'{{ ($.user = "{ID}") && {SEQ_3} }}'),
    ],
)
def test_the_pattern_lets_cloudwatch_do_the_filtering(
    user: str | None, seq: int | None, expected: str
) -> None:
    assert pattern(user, seq) == expected
