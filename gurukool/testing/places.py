"""Where in the application's code a call stands."""

import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import chalicelib
import gurukool

_NOT_THE_APPLICATION = (
    *(str(Path(package.__path__[0])) for package in (gurukool, chalicelib)),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    "<",  # code without a file, such as the methods of dataclasses
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the application's code."""

    file: str  # relative to the working directory, if it is below it
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, in {self.function}"


def place_of_caller() -> Place | None:
    """The innermost line that belongs neither to Gurukool, nor to Python, nor to an installed package."""
    for frame in frames():
        file = frame.f_code.co_filename
        if not file.startswith(_NOT_THE_APPLICATION):
            return Place(_shown(file), frame.f_lineno, frame.f_code.co_name)
    return None


def frames() -> Iterator[FrameType]:
    """The callers of this thread, the innermost first."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (inspect.stack reads every file)
    while frame:
        yield frame
        frame = frame.f_back


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
