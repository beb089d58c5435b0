"""How a stack has run in the last hour and in the last day, in a few lines."""

import time
from typing import Any

from chalicelib.adapters.cloudwatch.queries import measured, request
from chalicelib.core.identity.measurements import HOUR_MS, Measure, Span

SECOND_MS = 1_000
WHOLE = {"hour": HOUR_MS, "day": 24 * HOUR_MS}
COUNTED = {
    "requests": (Measure.ACCEPTED, Measure.SUCCEEDED, Measure.FAILED, Measure.CANCELLED, Measure.EXPIRED),
    "attempts": (Measure.STARTED, Measure.RETRIED, Measure.TIMED_OUT, Measure.CRASHED),
    "calls": (Measure.CLIENT_ERRORS, Measure.THROTTLED, Measure.SERVER_ERRORS),
}
TIMED = {
    "waits": (Measure.WAIT_P50_MS, Measure.WAIT_P99_MS),
    "runs": (Measure.RUN_P50_MS, Measure.RUN_P99_MS),
}
NOTHING = "The stack {} has no metrics of the last day: nothing was done, or its parameter Metrics is off."


def report(cloudwatch: Any, stack: str) -> str:
    """A paragraph for each period. Percentiles are of all single values in it."""
    now = time.time_ns() // 1_000_000
    # Up to the end of the minute. CloudWatch has no longer periods than a day.
    spans = {name: Span.before(now, ms, HOUR_MS // 60)._replace(step_ms=ms) for name, ms in WHOLE.items()}
    found = {name: _values(cloudwatch, stack, span) for name, span in spans.items()}
    if not any(value is not None for values in found.values() for value in values.values()):
        return NOTHING.format(stack)
    return "\n\n".join(f"The last {name}\n{_lines(values)}" for name, values in found.items())


def _values(cloudwatch: Any, stack: str, span: Span) -> dict[Measure, float | None]:
    pages = cloudwatch.get_paginator("get_metric_data").paginate(**request(stack, span))
    return {measure: values[0] for measure, values in measured(span, pages).values.items()}


def _lines(values: dict[Measure, float | None]) -> str:
    lines = [
        _line(name, [f"{round(values[of] or 0):,} {_words(of)}" for of in measures])
        for name, measures in COUNTED.items()
    ]
    lines += [
        _line(
            name, [f"{label} {_time(values[of])}" for label, of in zip(("p50", "p99"), measures, strict=True)]
        )
        for name, measures in TIMED.items()
    ]
    oldest = values[Measure.OLDEST_AGE_SECONDS]
    return "\n".join(
        [*lines, _line("overdue", [_time(None if oldest is None else SECOND_MS * oldest) + " at most"])]
    )


def _line(name: str, parts: list[str]) -> str:
    return f"  {name:9} {', '.join(parts)}"


def _words(measure: Measure) -> str:
    return measure.value.replace("_", " ")


def _time(ms: float | None) -> str:
    """For people: None is not known.

    >>> _time(None), _time(12.4), _time(90_000)
    ('?', '12 ms', '90.0 s')
    """
    if ms is None:
        return "?"
    return f"{ms:.0f} ms" if ms < SECOND_MS else f"{ms / SECOND_MS:.1f} s"
