"""The functions of metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from gurukool_localstack.metric_math.series import MathError, Operand, Series, merged


@dataclass(frozen=True)
class Scope:
    """What an expression can see beside its operands."""

    start: int  # of the time that is asked for, in seconds since the epoch
    end: int
    metrics: Mapping[str, Series]  # the metrics of the request by their id, without expressions
    search: Callable[[str, str, int], list[Series]]


type Function = Callable[[Scope, list[Operand]], Operand]


def call(name: str, scope: Scope, arguments: list[Operand]) -> Operand:
    """Raises MathError."""
    function = _FUNCTIONS.get(name.upper())
    if function is None:
        raise MathError(f"The local cloud does not know the function {name}.")
    try:
        return function(scope, arguments)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, MathError):
            raise
        raise MathError(f"{name} does not take these values.") from None


def _series(operand: Operand) -> Series:
    if isinstance(operand, Series):
        return operand
    raise MathError("A time series was expected.")


def _several(operand: Operand) -> list[Series]:
    if isinstance(operand, list):
        return operand
    raise MathError("A list of time series was expected.")


def _number(operand: Operand) -> float:
    if isinstance(operand, int | float):
        return operand
    raise MathError("A number was expected.")


def _text(operand: Operand) -> str:
    if isinstance(operand, str):
        return operand
    raise MathError("A text was expected.")


def _of_each(function: Callable[..., Operand]) -> Function:
    """Of a list, the function of each of its series."""

    def apply(scope: Scope, arguments: list[Operand]) -> Operand:
        first, *rest = arguments
        if isinstance(first, list):
            return [_series(function(scope, series, *rest)) for series in first]
        return function(scope, first, *rest)

    return apply


def _of_values(function: Callable[[float], float]) -> Function:
    def apply(_scope: Scope, operand: Operand) -> Operand:
        return operand.mapped(function) if isinstance(operand, Series) else function(_number(operand))

    return _of_each(apply)


def _statistic(choose: Callable[[list[float]], float]) -> Function:
    """Of a series one number, of a list of series one for each time."""

    def apply(_scope: Scope, arguments: list[Operand]) -> Operand:
        [operand] = arguments
        if isinstance(operand, list):
            return merged(choose, operand)
        return choose(list(_series(operand).points.values()) or [math.nan])

    return apply


def _fill(scope: Scope, operand: Operand, filler: Operand) -> Series:
    series = _series(operand)
    times = range(scope.start, scope.end, series.period)
    if isinstance(filler, str):
        values = _REPEATED[filler](series, times)
    elif isinstance(filler, Series):
        values = ((at, filler.points.get(at)) for at in times)
    else:
        values = ((at, _number(filler)) for at in times)
    return series.with_points(itertools.chain(values, series.points.items()))


def _repeat(series: Series, times: range) -> Iterator[tuple[int, float | None]]:
    last = None
    for at in times:
        last = series.points.get(at, last)
        yield at, last


def _linear(series: Series, _times: range) -> Iterator[tuple[int, float | None]]:
    """Only between two values."""
    for (begin, low), (end, high) in itertools.pairwise(sorted(series.points.items())):
        for at in range(begin, end, series.period):
            yield at, low + (high - low) * (at - begin) / (end - begin)


_REPEATED = {"REPEAT": _repeat, "LINEAR": _linear}


def _changes(operand: Operand, *, by_time: bool) -> Series:
    series = _series(operand)
    pairs = itertools.pairwise(sorted(series.points.items()))
    return series.with_points(
        (at, (value - before) / (at - since if by_time else 1)) for (since, before), (at, value) in pairs
    )


def _running_sum(_scope: Scope, operand: Operand) -> Series:
    series = _series(operand)
    points = sorted(series.points.items())
    sums = itertools.accumulate(value for _, value in points)
    return series.with_points(zip((at for at, _ in points), sums, strict=True))


def _if(_scope: Scope, arguments: list[Operand]) -> Operand:
    condition, chosen, *other = arguments
    if not isinstance(condition, Series):
        return chosen if _number(condition) else other[0]

    def at_time(operand: Operand, at: int) -> float | None:
        return operand.points.get(at) if isinstance(operand, Series) else _number(operand)

    return condition.with_points(
        (at, at_time(chosen, at) if holds else at_time(other[0], at) if other else None)
        for at, holds in condition.points.items()
    )


def _metrics(scope: Scope, arguments: list[Operand]) -> Operand:
    part = _text(arguments[0]) if arguments else ""
    return [series for name, series in scope.metrics.items() if part in name]


def _search(scope: Scope, arguments: list[Operand]) -> Operand:
    text, statistic, period = arguments
    return list(scope.search(_text(text), _text(statistic), int(_number(period))))


def _sort(_scope: Scope, arguments: list[Operand]) -> Operand:
    several, by, direction, *limit = arguments
    choose = _SORT_KEYS[_text(by)]
    found = sorted(
        (series for series in _several(several) if series.points),
        key=lambda series: choose(list(series.points.values())),
        reverse={"ASC": False, "DESC": True}[_text(direction)],
    )
    return found[: int(_number(limit[0]))] if limit else found


def _slice(_scope: Scope, arguments: list[Operand]) -> Operand:
    several, start, *end = arguments
    return _several(several)[int(_number(start)) : int(_number(end[0])) if end else None]


def _time_series(scope: Scope, arguments: list[Operand]) -> Operand:
    period = min((series.period for series in scope.metrics.values()), default=60)
    value = _number(arguments[0])
    return Series("", period, dict.fromkeys(range(scope.start, scope.end, period), value))


_SORT_KEYS: dict[str, Callable[[list[float]], float]] = {"AVG": fmean, "MIN": min, "MAX": max, "SUM": sum}
_FUNCTIONS: dict[str, Function] = {
    **{name: _statistic(choose) for name, choose in _SORT_KEYS.items()},
    "ABS": _of_values(abs),
    "CEIL": _of_values(math.ceil),
    "FLOOR": _of_values(math.floor),
    "LOG": _of_values(math.log),
    "LOG10": _of_values(math.log10),
    "FILL": _of_each(_fill),
    "RATE": _of_each(lambda _scope, series: _changes(series, by_time=True)),
    "DIFF": _of_each(lambda _scope, series: _changes(series, by_time=False)),
    "RUNNING_SUM": _of_each(_running_sum),
    "IF": _if,
    "METRICS": _metrics,
    "METRIC_COUNT": lambda _scope, arguments: float(len(_several(arguments[0]))),
    "PERIOD": lambda _scope, arguments: float(_series(arguments[0]).period),
    "SEARCH": _search,
    "SORT": _sort,
    "SLICE": _slice,
    "FIRST": lambda _scope, arguments: _several(arguments[0])[0],
    "LAST": lambda _scope, arguments: _several(arguments[0])[-1],
    "REMOVE_EMPTY": lambda _scope, arguments: [each for each in _several(arguments[0]) if each.points],
    "TIME_SERIES": _time_series,
}
OPTIONS = frozenset((*_REPEATED, *_SORT_KEYS, "ASC", "DESC"))  # words that are arguments
