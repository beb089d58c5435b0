"""Line charts as SVG: a few curves over time, with a linear or a logarithmic scale."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 82, 20, 40, 45
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700")
TICKS = 5
DECADE = 10

type Curve = Sequence[tuple[float, float]]


class Scale:
    """From values to places in the picture."""

    def __init__(
        self, low: float, high: float, begin: float, end: float, *, logarithmic: bool = False
    ) -> None:
        self._map = math.log10 if logarithmic else float
        self._low, self._high = self._map(low), self._map(high)
        self._begin, self._end = begin, end
        self.low = low

    def __call__(self, value: float) -> float:
        share = (self._map(max(value, self.low)) - self._low) / ((self._high - self._low) or 1)
        return round(self._begin + share * (self._end - self._begin), 1)


def chart(
    title: str, unit: str, curves: Mapping[str, Curve], *, hours: bool, logarithmic: bool = False
) -> str:
    """`curves`: by their names, of seconds and values. The time is shown in hours or in minutes."""
    points = [point for curve in curves.values() for point in curve]
    last = max(second for second, _ in points)
    most = max(value for _, value in points) or 1
    per_tick = 3600 if hours else 60
    x = Scale(0, last, LEFT, WIDTH - RIGHT)
    marks = _decades(points) if logarithmic else _round_steps(most)
    y = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP, logarithmic=logarithmic)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 18, title, "start", weight="bold"),
        _text(LEFT - 6, TOP - 8, unit, "end"),
        *(_line(LEFT, y(mark), WIDTH - RIGHT, y(mark)) for mark in marks),
        *(_text(LEFT - 6, y(mark) + 4, f"{mark:,.10g}", "end") for mark in marks),
        *(
            _text(x(second), HEIGHT - BOTTOM + 16, f"{second / per_tick:g}", "middle")
            for second in _times(last, per_tick)
        ),
        _text(WIDTH - RIGHT, HEIGHT - 10, "hour" if hours else "minute", "end"),
    ]
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x(second)},{y(value)}" for second, value in curve)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(_text(LEFT + 150 * number, HEIGHT - 10, name, "start", colour=colour))
    return "\n".join([*parts, "</svg>\n"])


def _decades(points: Curve) -> list[float]:
    low = math.floor(math.log10(min(max(value, 1) for _, value in points)))
    high = math.ceil(math.log10(max(max(value, DECADE) for _, value in points)))
    return [float(DECADE**power) for power in range(low, max(high, low + 1) + 1)]


def _round_steps(most: float) -> list[float]:
    raw = most / TICKS
    power = DECADE ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    return [step * number for number in range(math.ceil(most / step) + 1)]


def _times(last: float, per_tick: int) -> list[float]:
    count = last / per_tick
    step = max(1, round(count / 8))
    return [per_tick * number for number in range(0, math.floor(count) + 1, step)]


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#ddd"/>'


def _text(x: float, y: float, text: str, anchor: str, *, weight: str = "normal", colour: str = "#333") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}">'
        f"{escape(text)}</text>"
    )
