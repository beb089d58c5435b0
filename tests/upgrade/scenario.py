"""Brings a deployed stack into every state that its items can have, through its API."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from local_cloud.api_client import Answer, Api, Session
from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S

PASSWORD = "a long and winding road"  # the one password of all users: it opens nothing but test data
NEW_PASSWORD = "the road goes ever on"
RIVALS = 8
MOST_RACES = 50
KEY = {"Idempotency-Key": "spring-order"}
ORDERS = {"requests": [{"type": "echo", "payload": {"order": n}} for n in (1, 2, 3)]}


@dataclass
class Scenario:
    """`make_admin` gives a username the role; `lose_samples` deploys workers that do not know the samples."""

    api: Api
    make_admin: Callable[[str], None]
    lose_samples: Callable[[], None]
    users: dict[str, dict[str, str]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    def play(self) -> None:
        """The users' names say which state they are in at the end; some are in several."""
        self._accounts()
        self._history()
        self._standing()
        self._under_way()

    def _accounts(self) -> None:
        self._sign_up("overseer")
        self.make_admin("overseer")
        self._sign_in("overseer")
        for name in ("disabled", "leaving", "changed", "refreshed", "guessed", "never"):
            self._sign_up(name)
        self._ask("overseer", "POST", "/api/admin/accounts/disabled/disable")
        self._ask("leaving", "POST", "/api/queue/enqueue", {"type": "echo"})
        self._until("leaving", lambda: self._queue("leaving")["head"] == 1)
        self._ask("leaving", "POST", "/api/account/delete", {"password": PASSWORD})
        change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        self._ask("changed", "POST", "/api/account/password", change)
        self.users["changed"]["password"] = NEW_PASSWORD
        token = {"refresh_token": self.users["refreshed"]["refresh_token"]}
        self._keep("refreshed", self.api.ask("POST", "/api/auth/refresh", token))
        for guess in ("is it this one", "or perhaps this one"):
            self.api.call("POST", "/api/auth/login", {"username": "guessed", "password": guess})

    def _history(self) -> None:
        """Outcomes of every kind, a key, voids, and places that were read."""
        self._sign_up("busy")
        self._enqueue("busy", "echo", {"n": 1})
        self._enqueue("busy", "fail", {"times": 1}, max_attempts=1)
        self._enqueue("busy", "fail", {"times": 1}, max_attempts=2, on_failure="halt")
        self._ask("busy", "POST", "/api/queue/enqueue/batch", ORDERS, KEY)
        self._race("busy")
        self._drained("busy")
        self._ask("busy", "GET", "/api/queue/dequeue")
        for name in ("closed", "purged", "deleted"):
            self._sign_up(name)
            self._enqueue(name, "echo", {"for": name})
            self._drained(name)
        self._ask("closed", "POST", "/api/auth/logout")
        for name, method, path in (
            ("purged", "POST", "/api/queue/purge"),
            ("deleted", "DELETE", "/api/queue"),
        ):
            self._ask(name, "POST", "/api/queue/pause")
            self._enqueue(name, "echo", {"for": name})
            self._ask(name, method, path)

    def _standing(self) -> None:
        """Queues that do not move until somebody says so."""
        for name in ("halted", "paused", "held", "scheduled"):
            self._sign_up(name)
        self._enqueue("halted", "fail", {"times": 5}, max_attempts=1, on_failure="halt")
        self._enqueue("halted", "echo", {"behind": "the halt"})
        self._until("halted", lambda: self._queue("halted")["state"] == "halted")
        self._ask("paused", "POST", "/api/queue/pause")
        user_id = self.users["held"]["user_id"]
        self._ask("overseer", "POST", f"/api/admin/queues/{user_id}/pause")
        for name in ("paused", "held"):
            for n in (1, 2, 3):
                self._enqueue(name, "echo", {"n": n})
            self._ask(name, "POST", "/api/queue/requests/2/cancel")
        tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 24 * 3600))
        self._enqueue("scheduled", "echo", {"at": "a time"}, not_before=tomorrow)
        self._enqueue("scheduled", "echo", {"behind": "it"})

    def _under_way(self) -> None:
        """What moves by itself, so it comes last: attempts that run, fail, or are not known to a worker."""
        for name in ("running", "waiting", "retried", "unfit"):
            self._sign_up(name)
        for name in ("running", "waiting"):
            self._enqueue(name, "sleep", {"seconds": 20})
            self._enqueue(name, "echo", {"behind": "a request that runs"})
            self._until(name, partial(self._is, name, 1, "running"))
        self._enqueue("retried", "fail", {"times": 90}, max_attempts=100)
        self._until("retried", lambda: self._request("retried", 1)["attempts"] >= 3)
        self._ask("retried", "POST", "/api/queue/pause")
        self._until("retried", partial(self._is, "retried", 1, "queued"))
        self.lose_samples()
        self._enqueue("unfit", "echo", {"known": "to the API"})
        self._until("unfit", lambda: self._queue("unfit")["state"] == "held")

    def call_that_waits(self) -> Answer:
        """Occupies one of its session's slots while it waits."""
        return self.sessions["waiting"].call("GET", "/api/queue/dequeue?wait=20")

    def answers(self) -> Iterator[tuple[str, Any]]:
        """By the user's name: the queue, and all requests, as the API shows them now."""
        for name in self.sessions:
            if self._call(name, "GET", "/api/account").status == 200:
                requests = self._ask(name, "GET", "/api/queue/requests?limit=100")["requests"]
                yield name, {"queue": self._queue(name), "requests": requests}

    def _sign_up(self, name: str) -> None:
        user_id = self.api.register(name, PASSWORD)
        self.users[name] = {"username": name, "password": PASSWORD, "user_id": user_id}
        if name != "never":
            self._sign_in(name)

    def _sign_in(self, name: str) -> None:
        who = {"username": name, "password": self.users[name]["password"]}
        self._keep(name, self.api.ask("POST", "/api/auth/login", who))

    def _keep(self, name: str, tokens: dict[str, str]) -> None:
        self.users[name]["refresh_token"] = tokens["refresh_token"]
        self.sessions[name] = Session(self.api, tokens["access_token"])

    def _race(self, name: str) -> None:
        """Calls with one key at the same moment: one is accepted, and the numbers of the others become void.

        As long as there are none, all calls came one after the other.
        """
        body = {"type": "echo", "payload": {"rivals": RIVALS}}
        with ThreadPoolExecutor(RIVALS) as threads:
            for race in range(MOST_RACES):
                before, key = self._queue(name)["tail"], {"Idempotency-Key": f"race-{race}"}
                call = (name, "POST", "/api/queue/enqueue", body, key)
                rivals = [threads.submit(self._ask, *call) for _ in range(RIVALS)]
                assert len({rival.result()["seq"] for rival in rivals}) == 1
                if self._queue(name)["tail"] > before + 1:
                    return
        raise AssertionError("No race had more than one runner.")

    def _enqueue(self, name: str, type_: str, payload: Any, **policy: Any) -> None:
        self._ask(name, "POST", "/api/queue/enqueue", {"type": type_, "payload": payload, **policy})

    def _drained(self, name: str) -> None:
        self._until(name, lambda: self._queue(name)["depth"] == 0)

    def _until(self, name: str, holds: Callable[[], bool]) -> None:
        assert wait_until(holds, PATIENCE_S), f"{name}: {self._queue(name)}"

    def _queue(self, name: str) -> Any:
        return self._ask(name, "GET", "/api/queue")

    def _request(self, name: str, seq: int) -> Any:
        return self._ask(name, "GET", f"/api/queue/requests/{seq}")

    def _is(self, name: str, seq: int, status: str) -> bool:
        return bool(self._request(name, seq)["status"] == status)

    def _call(self, name: str, *call: Any) -> Answer:
        return self.sessions[name].call(*call)

    def _ask(self, name: str, *call: Any) -> Any:
        return self.sessions[name].ask(*call)
