"""Whose queue it is: the id of an account, or a name that a backend gives."""

import re

ACCOUNT = re.compile(r"[0-9A-Fa-f]{32}")
NAME = re.compile(r"[A-Za-z0-9._:@~-]{1,128}")


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
