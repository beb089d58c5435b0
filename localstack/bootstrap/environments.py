"""Virtual environments in the cache, with Python 3.13."""

from __future__ import annotations

from pathlib import Path

from bootstrap import uv
from bootstrap.cache import Entry
from bootstrap.errors import SetupError

PYTHON = "3.13"
NO_PYTHON = (
    f"Gurukool needs Python {PYTHON}, found none, and could not fetch one. Install it (with pyenv: "
    f"pyenv install {PYTHON}), or let this machine reach the internet, and try again.\n"
)
# What uv says then. Its other errors, such as a disk without room, have another reason.
UV_HAS_NONE = ("No interpreter found", "Failed to download")
RECIPE = Path(__file__).read_bytes()


class Environment(Entry):
    """A virtual environment with exactly the packages that a file of requirements pins, with their hashes."""

    def __init__(self, name: str, requirements: Path) -> None:
        super().__init__(name, requirements.read_bytes(), RECIPE)
        self.python = self.path / "bin" / "python"
        self._requirements = requirements

    def install(self) -> None:
        """Builds it unless it is there. Raises SetupError."""
        self.ensure(self._build)

    def _build(self, directory: Path) -> None:
        try:
            # Relocatable, since the directory gets its final name when all is in it.
            uv.run("venv", "--no-project", "--relocatable", "--python", PYTHON, directory)
        except SetupError as error:
            has_none = any(words in str(error) for words in UV_HAS_NONE)
            raise SetupError(f"{NO_PYTHON if has_none else ''}{error}") from error
        # The constraints pin what packages without a wheel are built with, as far as the file has it.
        uv.run(
            *("pip", "sync", "--require-hashes", "--python", directory / "bin" / "python"),
            *("--build-constraints", self._requirements, self._requirements),
        )
