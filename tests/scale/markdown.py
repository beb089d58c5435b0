"""Tables and paragraphs of the documentation."""

import textwrap

LINE = 118  # characters


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def prose(text: str) -> str:
    """Paragraphs with lines as long as those of the page."""
    return "".join(f"{textwrap.fill(part, LINE, break_on_hyphens=False)}\n" for part in text.splitlines())
