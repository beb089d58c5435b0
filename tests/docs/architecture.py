"""The rooms of the house and the arrows between them, read from the imports of the code.

`localstack/run -m tests.docs.architecture` draws them anew in docs/architecture.md.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from itertools import takewhile
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "architecture.md"
PARTS = ("picture", "table")  # of the page, each between two comments with its name

# A module is in the first room that its name begins with.
ROOMS = {
    "app": "app.py",
    "chalicelib.api": "api",
    "chalicelib.functions": "functions",
    "chalicelib.container": "container",
    "chalicelib.web": "web",
    "chalicelib.handlers": "handlers",
    "chalicelib.webhooks": "webhooks",
    "chalicelib.adapters.aws": "adapters/aws",
    "chalicelib.adapters.dynamodb": "adapters/dynamodb",
    "chalicelib.adapters.cloudwatch": "adapters/cloudwatch",
    "chalicelib.adapters.gateway": "adapters/gateway",
    "chalicelib.adapters.sqs": "adapters/sqs",
    "chalicelib.adapters.security": "adapters/security",
    "chalicelib.adapters.oidc": "adapters/oidc",
    "chalicelib.adapters.runtime": "adapters/runtime",
    "chalicelib.adapters.json": "adapters/json",
    "chalicelib.adapters.memory": "adapters/memory",
    "chalicelib.core.identity": "core/identity",
    "chalicelib.core.queueing": "core/queueing",
    "chalicelib.core": "core",
    "chalicelib": "settings",
    "gurukool.testing": "gurukool.testing",
    "gurukool": "gurukool",
    "local_cloud": "local_cloud",
    "infra": "infra",
    "gurukool_localstack": "extension",
    "bootstrap": "bootstrap",
}
# Where the modules are that are not at their own names below the checkout.
FOLDERS = {
    "local_cloud": "localstack/local_cloud",
    "bootstrap": "localstack/bootstrap",
    "gurukool_localstack": "localstack/extension/gurukool_localstack",
}
# What is in a room says the docstring of its package. These have none.
WITHOUT_DOCSTRING = {
    "settings": "The settings that the deployment gives to the functions, and the version.",
    "infra": "What is deployed, and the programs that deploy and operate it.",
    "extension": "What LocalStack lacks without Docker. It runs in LocalStack's process.",
}

type Arrows = Mapping[str, set[str]]
"""By room: the rooms that it imports from."""


def arrows() -> Arrows:
    """Between all rooms. An import for type checking counts too: it takes knowledge of the other room."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS.values()}
    for module, path in modules():
        room = room_of(module)
        assert room
        found[room] |= {other for name in imports(path) if (other := room_of(name)) not in (None, room)}
    return found


def room_of(module: str) -> str | None:
    """None for a module of somebody else."""
    return next((room for name, room in ROOMS.items() if f"{module}.".startswith(f"{name}.")), None)


def modules() -> Iterator[tuple[str, Path]]:
    """The name and the file of each module."""
    yield "app", CHECKOUT / "app.py"
    for top in ("chalicelib", "gurukool", "infra", *FOLDERS):
        folder = CHECKOUT / FOLDERS.get(top, top)
        for path in sorted(folder.rglob("*.py")):
            parts = [top, *path.relative_to(folder).with_suffix("").parts]
            yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path) -> Iterator[str]:
    """The full names of what a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floors(found: Arrows) -> list[list[str]]:
    """The rooms from the ground up: each imports from lower floors only. Raises CycleError."""
    sorter = TopologicalSorter(found)
    sorter.prepare()
    levels = []
    while sorter.is_active():
        level = sorter.get_ready()
        levels.append(sorted(level))
        sorter.done(*level)
    return levels


def needed(found: Arrows) -> Arrows:
    """Without the arrows that follow from others: those to rooms that can be reached through another room."""
    return {room: to - {far for near in to for far in reachable(found, near)} for room, to in found.items()}


def reachable(found: Arrows, room: str) -> set[str]:
    return {far for near in found[room] for far in {near, *reachable(found, near)}}


def picture(found: Arrows) -> str:
    """In Mermaid, from the top floor down."""
    order = [room for level in reversed(floors(found)) for room in level]
    lines = [
        f'    {_id(room)}["{room}"] --> {" & ".join(map(_id, sorted(to)))}'
        for room in order
        if (to := needed(found)[room])
    ]
    alone = [f'    {_id(room)}["{room}"]' for room in order if not found[room]]
    return "\n".join(["```mermaid", "flowchart TD", *lines, *alone, "```"])


def table(found: Arrows) -> str:
    rows = [
        f"| {room} | {contents(room)} | {', '.join(sorted(found[room])) or 'nothing'} |"
        for room in ROOMS.values()
    ]
    return "\n".join(["| room | what is in it | imports from |", "|---|---|---|", *rows])


def contents(room: str) -> str:
    """The first paragraph of the package's docstring."""
    module = next(name for name, other in ROOMS.items() if other == room)
    path = next(path for name, path in modules() if room_of(name) == room)
    docstring = ast.get_docstring(ast.parse(path.read_text())) if room not in WITHOUT_DOCSTRING else None
    if docstring is None:
        return WITHOUT_DOCSTRING[room]
    assert path.stem in ("__init__", module)
    return " ".join(takewhile(bool, docstring.splitlines()))


def drawn(page: str) -> str:
    """The page with the picture and the table of the present code."""
    found = arrows()
    for part, text in zip(PARTS, (picture(found), table(found)), strict=True):
        begin, end = f"<!-- {part} -->\n", f"\n<!-- end of {part} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{text}{end}{rest.partition(end)[2]}"
    return page


def _id(room: str) -> str:
    return re.sub(r"\W", "_", room)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
