"""Queues in memory, under the real core."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core.queueing.application import Application, Setting
from chalicelib.core.queueing.request import Request, Status
from gurukool.testing.application import NONE, application
from gurukool.testing.callbacks import Push
from gurukool.testing.engine import Engine
from gurukool.testing.events import Event, events_of
from gurukool.testing.names import require_user
from gurukool.testing.orders import moment, signal_of
from gurukool.testing.outcome import Outcome
from gurukool.testing.process import Process

USER = "user"
SESSION = "session"
LONG_MS = 10 * 366 * 24 * 3600 * 1000  # longer than any request may be put off


class ProcessQueue:
    """See Queue. The workers' processes are given, so that one of them may end."""

    def __init__(self, process: Process, application: Application, *, time_limits: bool = True) -> None:
        self._engine = Engine(process, application, limited=time_limits)

    def enqueue(
        self,
        handler: Callable[..., Any],
        payload: Any = None,
        *,
        user: str = USER,
        max_attempts: int | None = None,
        on_failure: str | None = None,
        not_before: float = 0,
        start_before: float | None = None,
        slot: str | None = None,
        if_busy: str | None = None,
        callback: str | None = None,
    ) -> int:
        """The number of a new request in its user's queue. It may start in `not_before` seconds.

        If it was not begun within `start_before` seconds, it expires.

        `handler` is a function that `@handler` declares; `payload` is anything that has a JSON form,
        up to 4 MiB; one of more than 128 KiB is uploaded first, as a client has to do.
        `user` is the id of an account, or a name that a service may give.

        `if_busy` is queue, reject, replace or interrupt: what becomes of the requests in the same `slot`.
        `callback` is the URL to which the outcome is pushed, see `pushes`; its host must be one of the
        queue's `callback_hosts`.

        Raises InvalidInputError where the API does: if the payload is not what the handler takes, or one of
        the others is not possible; TypeError if a type of the handler has no JSON form; and ConflictError if
        a request of the slot is in the way of one that is to be rejected then.
        """
        now = self._engine.clock.now()
        options = {
            "max_attempts": max_attempts,
            "on_failure": on_failure,
            "not_before": moment(now, not_before or None, "not_before"),
            "start_before": moment(now, start_before, "start_before"),
            "slot": slot,
            "if_busy": if_busy,
            "callback": callback,
        }
        work = self._engine.accept(handler, payload, options)
        self._connect(user)
        return self._engine.client.send(user, SESSION, work)

    def run(self) -> None:
        """Let the workers work until nothing is left to do: all have outcomes, or wait for somebody.

        Raises RuntimeError after 100,000 attempts: handlers enqueue requests for ever, it seems.
        """
        self._engine.work()

    def advance(self, seconds: float) -> None:
        """Let so much time pass, and the workers do what comes up meanwhile. Raises RuntimeError as `run`."""
        self._engine.work(self._engine.clock.now() + round(seconds * 1000))

    def deploy(self, handler: Callable[..., Any]) -> None:
        """Let this function carry out the requests of its type from now on, as the next deployment would.

        What waits and the function cannot take is held, see `state`; what was held is looked at again. A type
        that handlers enqueue through their effects, and the test does not, is made known by this, too.
        """
        self._engine.deploy(handler)

    def outcome(self, seq: int, *, user: str = USER) -> Outcome:
        """How the request has ended, or how it stands. Raises LookupError if there is none."""
        request = self._engine.store.requests.get(user, seq)
        if request is None:
            raise LookupError(f"There is no request {seq} of {user}.")
        return self._outcome(request)

    def _outcome(self, request: Request) -> Outcome:
        exception = self._engine.raised(request.user_id, request.seq)
        return Outcome.of(request, self.events(request.seq, user=request.user_id), exception)

    def events(self, seq: int, *, user: str = USER) -> list[Event]:
        """What the handler of the request has told so far, by `request.progress` and `request.emit`."""
        return events_of(self._engine.store.notes, user, seq)

    def outcomes(self, *, user: str = USER) -> list[Outcome]:
        """Of all requests of the user, in their order."""
        found = self._engine.store.tables.requests.get(user, {})
        return [self._outcome(found[seq]) for seq in sorted(found) if found[seq].status is not Status.VOID]

    def follow_ups(self) -> list[str]:
        """What handlers have enqueued through their effects: `user: type status`, by user in their order."""
        found = self._engine.store.tables.requests
        return [
            f"{user}: {request.type} {request.status}"
            for user in sorted(found)
            for _, request in sorted(found[user].items())
            if request.follows
        ]

    def pushes(self) -> list[Push]:
        """What has been pushed to callbacks, in the order in which receivers get it.

        Every receiver accepts what it gets. Nothing is sent over the network.
        """
        return list(self._engine.receivers.pushes)

    def state(self, *, user: str = USER) -> str:
        """Of the user's queue: open, paused, halted or held."""
        self._connect(user)
        return self._engine.store.tables.queues[user].state.value

    def retry(self, seq: int, *, user: str = USER) -> None:
        """Run the request that halts or holds the queue again, or one that failed earlier as a new one.

        This and the following raise NotFoundError and ConflictError where the API does.
        """
        self._connect(user)
        self._engine.controls.retry(user, SESSION, seq)

    def skip(self, seq: int, *, user: str = USER) -> None:
        """Give up the request that halts or holds the queue: the next one runs."""
        self._connect(user)
        self._engine.controls.skip(user, SESSION, seq)

    def cancel(self, seq: int, *, user: str = USER) -> None:
        """Never start a request that waits."""
        self._connect(user)
        self._engine.controls.cancel(user, SESSION, seq)

    def stop(self, seq: int, *, user: str = USER) -> None:
        """Cancel a request that waits, and have one that runs end as cancelled.

        To stop a running request, let something that its handler calls call this.
        """
        self._connect(user)
        self._engine.controls.stop(user, SESSION, seq)

    def signal(self, seq: int, name: str, payload: Any = None, *, user: str = USER) -> None:
        """Give the request a signal, which its handler waits for, or will.

        Raises InvalidInputError and TooLargeError where the API refuses it, and the two above.
        """
        self._connect(user)
        self._engine.signals(user, SESSION, seq, *signal_of(name, payload))

    def pause(self, *, user: str = USER) -> None:
        """Start no further request until `resume`."""
        self._connect(user)
        self._engine.controls.pause(user, SESSION)

    def resume(self, *, user: str = USER) -> None:
        """End the pause."""
        self._connect(user)
        self._engine.controls.resume(user, SESSION)

    def _connect(self, user: str) -> None:
        """Let the user have a queue. Raises InvalidInputError if the API can have no such user."""
        require_user(user)
        if user not in self._engine.store.tables.queues:
            now = self._engine.clock.now()
            self._engine.store.connections.open_session(user, SESSION, now + LONG_MS, now)


class Queue(ProcessQueue):
    """The queues of all users, with the guarantee of real ones. Nothing runs until `run` or `advance`.

    Time passes only in those two, and nobody waits for it: a retry after a minute takes no time of the test.
    Handlers run in the test's own process. They get what the innermost block of `resources` has made.
    """

    def __init__(
        self,
        *,
        settings: Mapping[str, Setting] = NONE,
        secrets: Mapping[str, str] = NONE,
        callback_hosts: str = "",
        time_limits: bool = True,
    ) -> None:
        """`settings` and `secrets` are those of application.toml, with the values that handlers get.

        `callback_hosts` is what CALLBACK_HOSTS would be, for example `shop.example.com`. Raises ValueError if
        it is no list of hosts.

        Without `time_limits` a handler may take as long as it takes, for example in a debugger.
        """
        super().__init__(Process(), application(settings, secrets, callback_hosts), time_limits=time_limits)
