"""The machine's clock."""

import time

from chalicelib.core.time import Millis


class SystemClock:
    def now(self) -> Millis:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
