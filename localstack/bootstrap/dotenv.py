"""The lines of a file `.env`, as other programs take them too."""

from __future__ import annotations

import re

_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)", re.ASCII)
_QUOTED = re.compile(r"""(?:'([^']*)'|"([^"]*)")\s*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|\s)#.*")


def assignment(line: str) -> tuple[str, str] | None:
    """Name and value; None for an empty line and a comment.

    Allowed: `export` before the name, spaces around the `=`, quotes around the value, a comment after it.
    Raises ValueError if it is none of these.
    """
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    found = _ASSIGNMENT.fullmatch(text)
    if not found:
        raise ValueError("is no NAME=value.")
    name, value = found.groups()
    if value[:1] in {"'", '"'}:
        quoted = _QUOTED.fullmatch(value)
        if not quoted:
            raise ValueError("has a quote without an end.")
        return name, quoted[1] if quoted[1] is not None else quoted[2]
    return name, _COMMENT.sub("", value).strip()
