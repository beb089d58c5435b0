"""The use cases of queues and requests, made over the adapters."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from chalicelib.core.queueing.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.container import Container
    from chalicelib.core.queueing.application import Application
    from chalicelib.core.queueing.attempt import Run
    from chalicelib.core.queueing.callbacks import Callbacks
    from chalicelib.core.queueing.calling_back import CallingBack
    from chalicelib.core.queueing.controls import Controls
    from chalicelib.core.queueing.departure import Departure
    from chalicelib.core.queueing.dequeue import Dequeue
    from chalicelib.core.queueing.drain import Drain
    from chalicelib.core.queueing.enqueue import Enqueue
    from chalicelib.core.queueing.entering import Entering
    from chalicelib.core.queueing.event_watch import EventWatch
    from chalicelib.core.queueing.outcomes import Outcomes
    from chalicelib.core.queueing.registry import Registry
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.queueing.scheduling import Scheduling
    from chalicelib.core.queueing.signals import Signals
    from chalicelib.core.queueing.sweep import Sweep
    from chalicelib.core.queueing.uploads import Uploads
    from chalicelib.core.queueing.user_limit import UserLimit
    from chalicelib.core.queueing.waits import Waits
    from chalicelib.core.queueing.watch import Watch
    from chalicelib.core.time import Millis

# In the quick lane a turn is this part of the quantum. A turn costs one wake-up, some 40 ms on AWS.
QUICK_TURNS = 5


class Queueing:
    """Each use case is made when it is first asked for, and then kept.

    Only the use cases that validate or carry out requests load the handlers.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._adapters = container.adapters
        self._drains: dict[Lane, Drain] = {}

    @cached_property
    def enqueue(self) -> Enqueue:
        from chalicelib.adapters.runtime.current_call import cause
        from chalicelib.adapters.runtime.side_by_side import for_each
        from chalicelib.core.queueing.enqueue import Enqueue

        outside, store = self._adapters, self._adapters.store
        parts = store.queues, store.requests, store.keys, outside.wake_ups, outside.clock, for_each
        return Enqueue(*parts, self._container.declared, self._user_limit, cause)

    @cached_property
    def _user_limit(self) -> UserLimit | None:
        settings = self._container.settings
        if settings.user_rate is None:
            return None
        from chalicelib.core.queueing.user_limit import UserLimit
        from chalicelib.core.rates import Bucket

        bucket = Bucket(settings.user_rate, settings.user_burst)
        return UserLimit(bucket, self._adapters.store.queues)

    @cached_property
    def controls(self) -> Controls:
        from chalicelib.core.queueing.controls import Controls

        outside, store = self._adapters, self._adapters.store
        return Controls(
            store.queues, store.requests, outside.wake_ups, outside.clock, self.enqueue, objects=store.objects
        )

    @cached_property
    def uploads(self) -> Uploads | None:
        """None: the deployment takes none."""
        outside = self._adapters
        if outside.objects is None:
            return None
        from chalicelib.core.queueing.uploads import Uploads

        return Uploads(outside.objects, outside.store.queues, outside.clock, self._user_limit)

    @property
    def link(self) -> Callable[[Request], str] | None:
        """What makes links to payloads that were uploaded."""
        return self.uploads.link if self.uploads else None

    @cached_property
    def signals(self) -> Signals:
        from chalicelib.core.queueing.signals import Signals

        return Signals(self.controls, self._adapters.store.notes)

    @cached_property
    def dequeue(self) -> Dequeue:
        from chalicelib.core.queueing.dequeue import Dequeue

        store = self._adapters.store
        return Dequeue(store.queues, store.requests, self._adapters.clock, self._waits)

    @cached_property
    def outcomes(self) -> Outcomes:
        from chalicelib.core.queueing.outcomes import Outcomes

        store = self._adapters.store
        return Outcomes(store.queues, store.requests, self._adapters.clock, self._waits)

    @cached_property
    def watch(self) -> Watch:
        from chalicelib.core.queueing.watch import Watch

        store = self._adapters.store
        return Watch(store.queues, store.requests, self._adapters.clock, self._waits, self._limit_ms)

    def _limit_ms(self, type_: str) -> Millis | None:
        """How long an attempt may take whose deadline a heartbeat moves on."""
        handler = self._container.declared.get(type_)
        return round(handler.timeout * 1000) if handler and handler.is_long else None

    @cached_property
    def events(self) -> EventWatch:
        from chalicelib.core.queueing.event_watch import EventWatch

        return EventWatch(self.watch, self._adapters.store.notes)

    def drain(self, lane: Lane) -> Drain:
        """The drain of the lane's workers; a turn is shorter in the quick lane."""
        if lane not in self._drains:
            self._drains[lane] = self._new_drain(lane)
        return self._drains[lane]

    def _new_drain(self, lane: Lane) -> Drain:
        from chalicelib.adapters.runtime.runner import run, take
        from chalicelib.core.queueing.attempt import Attempt
        from chalicelib.core.queueing.drain import Drain

        outside, store = self._adapters, self._adapters.store
        application, handlers = self._container.application, self._container.handlers
        running: Run = partial(run, watch=outside.overrun_watch, application=application, handlers=handlers)
        if self._container.settings.records_traces:
            from chalicelib.adapters.runtime.traced_calls import traced

            running = traced(running)
        attempt = Attempt(
            store.requests,
            outside.clock,
            handlers,
            take,
            running,
            enter=lambda follow_ups: self._entering(handlers).all_of(follow_ups),
            notes=lambda: store.notes,
            objects=store.objects,
        )
        quantum_ms = self._container.settings.quantum_seconds * 1000
        turn_ms = quantum_ms // QUICK_TURNS if lane is Lane.QUICK else quantum_ms
        return Drain(
            store.queues,
            store.requests,
            outside.wake_ups,
            outside.clock,
            attempt,
            turn_ms,
            lane=lane,
            code=self._container.settings.code,
            callbacks=outside.callback_wake_ups,
            depart=self._departure(handlers, application),
        )

    def _departure(self, handlers: Registry, application: Application) -> Departure | None:
        if handlers.on_delete_user is None:
            return None
        from chalicelib.adapters.runtime.hooks import run_hook
        from chalicelib.core.queueing.departure import Departure

        store, run = self._adapters.store, partial(run_hook, application=application)
        return Departure(store.removal, store.requests, self._adapters.clock, handlers.on_delete_user, run)

    @cached_property
    def sweep(self) -> Sweep:
        from chalicelib.adapters.runtime.side_by_side import for_each
        from chalicelib.core.queueing.sweep import Sweep

        outside = self._adapters
        return Sweep(
            outside.store,
            outside.accounts,
            outside.wake_ups,
            outside.clock,
            code=self._container.settings.code,
            entering=self._entering(),
            sessions=outside.sessions,
            callbacks=outside.callback_wake_ups,
            has_hook=bool(self._container.manifest and self._container.manifest.deletes_users),
            for_each=for_each,
        )

    def calling_back(self, body: Callable[[Request], bytes]) -> CallingBack:
        """`body` makes what is pushed of an outcome."""
        from chalicelib.core.queueing.calling_back import CallingBack
        from chalicelib.webhooks.outcomes import OutcomePusher

        outside = self._adapters
        return CallingBack(outside.store, outside.clock, OutcomePusher(outside.callback_deliverer, body))

    @cached_property
    def callbacks(self) -> Callbacks:
        from chalicelib.core.queueing.callbacks import Callbacks

        outside = self._adapters
        return Callbacks(outside.store, outside.callback_wake_ups, outside.clock)

    @cached_property
    def scheduling(self) -> Scheduling:
        from chalicelib.adapters.runtime.current_call import cause
        from chalicelib.core.queueing.scheduling import Scheduling

        outside, store = self._adapters, self._adapters.store
        entering = self._entering(self._container.declared)
        parts = store.entries, store.queues, store.requests, store.keys, entering, outside.clock
        return Scheduling(*parts, limit=self._user_limit, cause=cause)

    def _entering(self, handlers: Registry | None = None) -> Entering:
        """`handlers` tell the lane; the sweeper has none: a quick worker hands over what is not for it."""
        from chalicelib.adapters.runtime.side_by_side import for_each
        from chalicelib.core.queueing.entering import Entering
        from chalicelib.core.queueing.registry import Registry

        outside, store = self._adapters, self._adapters.store
        parts = store.entries, store.queues, store.requests, outside.wake_ups, outside.clock
        return Entering(*parts, handlers or Registry(), for_each=for_each)

    @cached_property
    def _waits(self) -> Waits:
        from chalicelib.core.queueing.waits import Waits

        at_once = self._container.settings.wait_concurrency
        return Waits(self._adapters.wait_slots, self._adapters.clock, at_once)
