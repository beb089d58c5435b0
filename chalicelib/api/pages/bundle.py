"""Joins the console's modules and style sheets into one script and one style sheet.

A page that loads twenty files makes twenty Lambda calls, and each may be a cold start. So the sources stay
small modules, and the first call for the page joins them: this takes a few milliseconds once in the life of a
process. It needs no build step, no tool and no second runtime, and the same sources give the same bytes.

Only these forms are supported, each at the beginning of a line: `import { a, b } from "./c.js";`, `export`
before a function, class or const, and in style sheets `@import "./d.css";`. Any other form raises
BundleError.
"""

import re
from graphlib import TopologicalSorter
from pathlib import Path

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([a-z-]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) (\w+))", re.MULTILINE)
MODULE_SYNTAX = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
STYLE_IMPORT = re.compile(r'^@import "\./([a-z-]+\.css)";$', re.MULTILINE)


class BundleError(Exception):
    """A source uses a form of import or export that is not supported."""


def script(entry: Path) -> str:
    """The module `entry` and all modules that it imports, as one module.

    Each module becomes a function, so its names stay its own. Raises BundleError, and CycleError if modules
    import each other in a circle.
    """
    texts: dict[str, str] = {}
    _read(entry.parent, entry.name, texts)
    graph = {name: [found for _, found in IMPORT.findall(text)] for name, text in texts.items()}
    return "".join(_as_function(name, texts[name]) for name in TopologicalSorter(graph).static_order())


def styles(entry: Path) -> str:
    """The style sheet, with each import replaced by the text of the imported style sheet."""
    return STYLE_IMPORT.sub(lambda found: (entry.parent / found[1]).read_text(), entry.read_text())


def _read(folder: Path, name: str, texts: dict[str, str]) -> None:
    """Add the texts of the module and of all modules that it imports, each once."""
    if name in texts:
        return
    texts[name] = (folder / name).read_text()
    for _, imported in IMPORT.findall(texts[name]):
        _read(folder, imported, texts)


def _as_function(name: str, text: str) -> str:
    exported = EXPORT.findall(text)
    body = EXPORT.sub("", IMPORT.sub(lambda found: f"const {{ {found[1]} }} = {_variable(found[2])};", text))
    if unknown := MODULE_SYNTAX.search(body):
        raise BundleError(f"{name}: {unknown[0]}")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _variable(name: str) -> str:
    return "$" + name.removesuffix(".js").replace("-", "_")
