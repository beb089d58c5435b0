"""What a crash has done twice, or has left undone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gurukool.testing.history import History
from gurukool.testing.places import Place
from gurukool.testing.process import Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference that a crash makes if the process ends between two events."""

    what: str  # for example "charge happens 2 times, and not once"
    place: Place | None  # of the call, in the handler's code
    after: str
    before: str
    history: Sequence[str]  # one in which it happened, a line for each event

    def __str__(self) -> str:
        where = f"\n  {self.place}" if self.place else ""
        when = f"if the process ends\n  after: {self.after}\n  before: {self.before}"
        return "\n".join([f"{self.what}{where}\n{when}", "", *self.history])


class NotOnceError(AssertionError):
    """A crash makes something happen twice, or not at all, or otherwise."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        others = len(findings) - 1
        more = f"\n\nand {others} more: see `findings`" if others else ""
        super().__init__(f"{findings[0]}{more}")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class _Difference:
    """Between a history with a crash and the one without."""

    what: str
    place: Place | None


def find(calm: History, crashed: Sequence[History]) -> Sequence[Finding]:
    """What differs between the history without a crash and those with one.

    Those are in the order of the points. The same difference after several of them is one finding.
    """
    found: dict[_Difference, list[History]] = {}
    for history in crashed:
        for difference in _differences(calm, history):
            found.setdefault(difference, []).append(history)
    return [_finding(difference, histories, calm) for difference, histories in found.items()]


def _finding(difference: _Difference, histories: Sequence[History], calm: History) -> Finding:
    first, last = histories[0], histories[-1]
    following = calm.events[last.before_crash :]
    return Finding(
        what=difference.what,
        place=difference.place,
        after=first.events[first.before_crash - 1].text if first.before_crash else "its start",
        before=following[0].text if following else "its end",
        history=first.lines(),
    )


def _differences(calm: History, history: History) -> Iterator[_Difference]:
    calls, expected = history.calls, calm.calls
    error = history.ending.outcome.error
    is_over = error is not None and error.kind == "crash"  # it had one attempt, and was not started again
    for name in sorted(calls | expected):
        if calls[name] > expected[name] or (calls[name] < expected[name] and not is_over):
            what = f"{name} happens {_times(calls[name])}, and not {_times(expected[name])}"
            yield _Difference(what, _place(name, calm) or _place(name, history))
    if is_over:
        return
    if history.ending.outcome.status != calm.ending.outcome.status:
        yield _Difference(
            f"the request has {history.ending.outcome.status}, and not {calm.ending.outcome.status}", None
        )
    elif history.ending.follow_ups != calm.ending.follow_ups:
        follow, planned = (", ".join(e.follow_ups) or "nothing" for e in (history.ending, calm.ending))
        yield _Difference(f"what follows is {follow}, and not {planned}", None)
    elif history.ending.pushes != calm.ending.pushes:
        pushed, planned = (", ".join(e.pushes) or "nothing" for e in (history.ending, calm.ending))
        yield _Difference(f"what is pushed is {pushed}, and not {planned}", None)
    elif history.ending.tables != calm.ending.tables:
        yield _wrong_item(calm, history)


def _wrong_item(calm: History, history: History) -> _Difference:
    """The first one; there is one."""
    name = min(name for name in calm.ending.tables if calm.ending.tables[name] != history.ending.tables[name])
    found, expected = history.ending.tables[name], calm.ending.tables[name]
    key = min(key for key in found.keys() | expected if found.get(key) != expected.get(key))
    what = f"in {name}, {key} is {found.get(key)}, and not {expected.get(key)}"
    return _Difference(what, _place(name, calm))


def _place(name: str, history: History) -> Place | None:
    """Of the first call with that name, or of the first write to that table."""
    calls = (event for event in history.events if event.kind in (Kind.CALL, Kind.TABLE))
    return next((event.place for event in calls if event.name == name), None)


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")
