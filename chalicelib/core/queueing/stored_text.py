"""How a text is stored: cut to what every store takes, or as an item of its own."""

from typing import Final

TEXT_LIMIT: Final = 2_000  # characters of a failure's message: a page of failures stays small
LARGE_BYTES: Final = 1024  # a payload or a result of more than that is an item of its own, see texts.py


def bytes_apart(text: str | None) -> int:
    """The size of a text that is stored as an item of its own; 0 if it is stored with its request.

    >>> bytes_apart("x" * 1024), bytes_apart("\u00e9" * 1024)
    (0, 2048)
    """
    size = len(text.encode(errors="replace")) if text else 0
    return size if size > LARGE_BYTES else 0


def storable(text: str) -> str:
    r"""The text without half surrogates, which UTF-8 cannot express, and cut to TEXT_LIMIT characters.

    >>> storable("file \udcff not found")
    'file ? not found'
    """
    whole = str.encode(text, "utf-8", "replace").decode()
    return whole if len(whole) <= TEXT_LIMIT else f"{whole[: TEXT_LIMIT - 1]}…"
