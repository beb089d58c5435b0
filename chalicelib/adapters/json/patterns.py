r"""Patterns of texts, as Python reads them and as JSON Schema has them.

In Python, `$` also matches before a newline at the end of the text. So the patterns of types end with `\Z`,
the very end of the text, which is `$` in ECMA-262, the dialect of JSON Schema.
"""

import re

ESCAPED = re.compile(r"\\.")


def ecma(pattern: str) -> str:
    r"""The pattern of Python in ECMA-262.

    >>> ecma(r"^[a-z]+\Z"), ecma(r"^\\Z$")
    ('^[a-z]+$', '^\\\\Z$')
    """
    return ESCAPED.sub(lambda escaped: "$" if escaped[0] == r"\Z" else escaped[0], pattern)
