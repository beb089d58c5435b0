"""Models of AWS's limits. Each refuses what its documentation says is refused, see limits.py.

A limit can be used in two ways. `take` is one call, at a moment in milliseconds: it is let through or
refused. `flow` is the demand of everybody for some seconds: the answer is the share of it that is refused.
"""

from collections import deque

from chalicelib.adapters.memory.fifo import MemoryFifo, Receipt
from chalicelib.core.time import Millis
from tests.scale import limits


class Bucket:
    """A rate with a burst, as a token bucket."""

    def __init__(self, rate: float, burst: float | None = None) -> None:
        """`burst`: what may be used at once; a second's worth unless it is given."""
        self.rate = rate
        self.burst = rate if burst is None else burst
        self._left = self.burst
        self._at: Millis = 0

    def take(self, now: Millis, amount: float = 1) -> bool:
        if now > self._at:
            self._left = min(self.burst, self._left + self.rate * (now - self._at) / 1000)
            self._at = now
        if amount > self._left:
            return False
        self._left -= amount
        return True

    def flow(self, demand: float, seconds: float) -> float:
        """`demand`: in all these seconds."""
        available = min(self.burst, self._left) + self.rate * seconds
        served = min(demand, available)
        self._left = min(self.burst, available - served)
        return 1 - served / demand if demand else 0.0


class OnDemand:
    """The units of one kind that a table in on-demand mode takes: twice its peak of half an hour ago."""

    def __init__(self, warm: float, quota: float) -> None:
        self._warm = warm
        self._quota = quota
        self._peak = 0.0
        self._settled = 0.0  # the peak that is old enough
        self._peaks: deque[tuple[float, float]] = deque()  # moment in seconds, peak until then

    def capacity(self, second: float) -> float:
        """Units a second."""
        while self._peaks and self._peaks[0][0] <= second - limits.PEAK_AGE_S.value:
            self._settled = self._peaks.popleft()[1]
        return min(self._quota, max(self._warm, limits.PEAK_FACTOR.value * self._settled))

    def flow(self, demand: float, second: float) -> float:
        """`demand`: units a second."""
        capacity = self.capacity(second)
        served = min(demand, capacity)
        if served > self._peak:
            self._peak = served
            self._peaks.append((second, served))
        return 1 - served / demand if demand else 0.0


class Environments:
    """The environments of one function: how fast they multiply, and which calls find none or a cold one."""

    def __init__(self) -> None:
        self._growth = Bucket(limits.SCALING.value, limits.SCALING_BURST.value)
        self.warm = 0.0
        self._used: deque[tuple[float, float]] = deque()  # second, environments in use; falling

    def flow(
        self, needed: float, calls: float, second: float, seconds: float, room: float
    ) -> tuple[float, float]:
        """The share of calls that is refused, and the share that waits for a new environment.

        `needed`: environments in use at once, if none were missing. `calls`: in these seconds. `room`: what
        the account's quota leaves to this function.
        """
        self._expire(second)
        usable = min(self.warm, room)
        wanted = max(0.0, min(needed, room) - usable)
        grown = wanted * (1 - self._growth.flow(wanted, seconds))
        usable += grown
        self.warm = max(self.warm, usable)
        self._use(min(needed, usable), second)
        refused = 1 - min(1.0, usable / needed) if needed else 0.0
        return refused, min(1.0, grown / calls) if calls else 0.0

    def _use(self, used: float, second: float) -> None:
        while self._used and self._used[-1][1] <= used:
            self._used.pop()
        self._used.append((second, used))

    def _expire(self, second: float) -> None:
        """What was not used for a while is taken away."""
        while self._used and self._used[0][0] < second - limits.IDLE_KEPT_S.value:
            self._used.popleft()
        self.warm = min(self.warm, self._used[0][1]) if self._used else 0.0


class EventSource:
    """A queue's event source mapping: the wake-ups that wait for a worker, in the order of their arrival."""

    def __init__(self, most: float, growth: float) -> None:
        """`most`: workers at once. `growth`: how many more a second."""
        self._most = most
        self._growth = growth
        self.workers = min(most, limits.POLLERS_START.value)
        self.arrived = 0.0
        self.served = 0.0

    @property
    def backlog(self) -> float:
        return self.arrived - self.served

    def settle(self, needed: float) -> None:
        """As many workers as such a load has brought about, if it has lasted for long."""
        self.workers = min(self._most, max(self.workers, needed))

    def flow(self, arrivals: float, service_s: float, seconds: float, share: float = 1.0) -> None:
        """`arrivals`: wake-ups in these seconds. `service_s`: how long one keeps a worker.

        `share`: of the workers, those for which Lambda has an environment; 0 during an outage.
        """
        self.arrived += arrivals
        needed = (arrivals / seconds + self.backlog) * service_s
        step = self._growth * seconds
        floor = min(self._most, limits.POLLERS_START.value)
        if needed > self.workers:
            self.workers = min(self._most, self.workers + step)
        else:
            self.workers = max(floor, needed, self.workers - step * limits.POLLERS_SHRINK.value)
        capacity = self.workers * share * seconds / service_s
        self.served = min(self.arrived, self.served + capacity)


class GroupCalls:
    """The calls of each action that SQS takes for a message group."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def take(self, now: Millis, action: str, group: str) -> bool:
        key = action, group
        if key not in self._buckets:
            self._buckets[key] = Bucket(limits.GROUP_CALLS.value)
        return self._buckets[key].take(now)


class FifoQueue(MemoryFifo):
    """An SQS FIFO queue with its limits on messages in flight and on looking ahead."""

    def receive(self) -> Receipt | None:
        now, passed = self.now(), 0
        if self._in_flight(now) >= limits.IN_FLIGHT.value:
            return None
        for messages in self._groups.values():
            if passed >= limits.LOOK_AHEAD.value:
                return None
            if messages[0].visible_at <= now:  # of a group, only the first message can be in flight
                return self._hand_out(messages[0])
            passed += len(messages)
        return None

    def _in_flight(self, now: Millis) -> int:
        return sum(messages[0].visible_at > now for messages in self._groups.values())
