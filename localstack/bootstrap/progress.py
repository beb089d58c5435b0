"""Builds several things at once and tells how it goes."""

from __future__ import annotations

import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Callable

from bootstrap.commands import commands

if TYPE_CHECKING:
    from collections.abc import Mapping

REMINDER_SECONDS = 5.0


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def together(tasks: Mapping[str, Callable[[], object]]) -> None:
    """Runs the named tasks side by side; at the first failure or ctrl-C, ends the others and raises."""
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=max(1, len(tasks))) as pool:
        names = {pool.submit(task): name for name, task in tasks.items()}
        try:
            _follow(names, started)
        except BaseException:
            commands.stop()
            raise


def _follow(names: Mapping[Future[object], str], started: float) -> None:
    waiting = set(names)
    while waiting:
        done, waiting = wait(waiting, timeout=REMINDER_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
            say(f"  {time.monotonic() - started:5.1f} s  ready: {names[future]}")
        if not done:
            say(f"  {time.monotonic() - started:5.1f} s  still at: {', '.join(names[f] for f in waiting)}")
