"""Whose queue it is: the id of an account, or a name that a backend or an identity provider gives."""

import re

ACCOUNT = re.compile(r"[0-9A-Fa-f]{32}")
NAME = re.compile(r"[A-Za-z0-9._:@~-]{1,128}")
UNESCAPED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-")


def is_account_id(user_id: str) -> bool:
    """Whether this is the form of an account's id. A name never has it.

    >>> is_account_id("0123456789abcdef" * 2), is_account_id("ada:chat-7")
    (True, False)
    """
    return ACCOUNT.fullmatch(user_id) is not None


def is_user_id(user_id: object) -> bool:
    """Whether a queue can belong to this: an account's id, or a name.

    >>> is_user_id("ada:chat-7"), is_user_id(""), is_user_id("two words")
    (True, False, False)
    """
    return isinstance(user_id, str) and NAME.fullmatch(user_id) is not None


def name_of(subject: str) -> str:
    """The name for a user of whom an identity provider says that this is the subject; it may be too long.

    Most subjects are their own names. A byte of UTF-8 that no name has, and `~` itself, is written as `~` and
    two hexadecimal digits, and so is the first character of what would be an account's id. No two subjects
    have one name, because the subject can be read from it.

    >>> name_of("ada@example.com"), name_of("auth0|5f7c"), name_of("a~b")
    ('ada@example.com', 'auth0~7C5f7c', 'a~7Eb')
    >>> name_of("0123456789abcdef" * 2)
    '~30123456789abcdef0123456789abcdef'
    """
    name = "".join(chr(byte) if byte in UNESCAPED else f"~{byte:02X}" for byte in subject.encode())
    return f"~{ord(name[0]):02X}{name[1:]}" if is_account_id(name) else name
