"""Bodies that parsers read differently, or cannot read, are refused; all others are accepted."""

import pytest

from chalicelib.adapters.json.codec import DEPTH_LIMIT, require_unambiguous
from chalicelib.core.errors import MalformedError


def nested(opening: bytes, closing: bytes, times: int) -> bytes:
    return opening * times + b"0" + closing * times


@pytest.mark.parametrize(
    "body",
    [
        b"0",
        b'{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}',
        b'{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "b": "{\\""}',
        nested(b"[", b"]", DEPTH_LIMIT),
        nested(b'{"a":', b"}", DEPTH_LIMIT),
        nested(b'{"a":[1,', b"]}", DEPTH_LIMIT // 2),
        nested(b'[2,{"a":', b"}]", DEPTH_LIMIT // 2),
    ],
)
def test_what_has_one_meaning_is_accepted(body: bytes) -> None:
    require_unambiguous(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "names 'a' twice"),
        (b'[{"x": [{"a": 1, "a": 1}]}]', "names 'a' twice"),
        (b'{"\\u0061": 1, "a": 1}', "names 'a' twice"),
        (b'{"' + b"a" * 60 + b'": 1, "' + b"a" * 60 + b'": 1}', f"names '{'a' * 40}' twice"),
        (nested(b"[", b"]", DEPTH_LIMIT + 1), "more than 32 levels"),
        (nested(b'{"a":', b"}", DEPTH_LIMIT + 1), "more than 32 levels"),
        (nested(b'[[],{"a":[', b"]}]", DEPTH_LIMIT // 3 + 1), "more than 32 levels"),
        (b"[" * 100_000, "nested too deeply"),
        (nested(b"[", b"]", 5_000), "nested too deeply"),
        (b"1" * 5_000, "not valid JSON"),
        (b'{"a": 1', "not valid JSON"),
        (b'{"a": "\xff"}', "not valid JSON in UTF-8"),
        (b"", "not valid JSON"),
    ],
)
def test_what_parsers_disagree_about_or_cannot_read_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        require_unambiguous(body)
