"""The handlers that docs/durable.md shows are those of the examples."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs/durable.md").read_text()
HANDLER = re.compile(r"```python\n(@handler\(.*?)```", re.DOTALL)


def test_each_worked_handler_stands_so_in_an_example() -> None:
    code = "".join(path.read_text() for path in sorted(CHECKOUT.glob("examples/*/handlers/*.py")))
    shown: list[str] = HANDLER.findall(PAGE)

    assert len(shown) == 2
    assert [handler for handler in shown if handler not in code] == []
