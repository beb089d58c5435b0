"""The application with what an earlier release has stored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.handlers.samples import Sleep
from local_cloud.api_client import Answer, Session
from tests.infra.cloud import CONTEXT, Cloud
from tests.infra.documents import WORKERS
from tests.upgrade.stored import Item, Stored

EVENT_KEYS = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
MINUTE = {**dict.fromkeys(EVENT_KEYS, ""), "detail": {}}


@dataclass
class Upgraded:
    cloud: Cloud
    stored: Stored
    _processes: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict)  # by function

    def sign_in(self, name: str) -> Session:
        """With the password from before the upgrade."""
        self._become("APIHandler")
        return self.cloud.api.sign_in(name, self.stored.users[name]["password"])

    def try_sign_in(self, name: str) -> int:
        """The status of the answer."""
        self._become("APIHandler")
        who = {key: self.stored.users[name][key] for key in ("username", "password")}
        return self.cloud.api.call("POST", "/api/auth/login", who).status

    def refresh(self, name: str) -> Answer:
        """With the refresh token from before the upgrade."""
        self._become("APIHandler")
        token = {"refresh_token": self.stored.users[name]["refresh_token"]}
        return self.cloud.api.call("POST", "/api/auth/refresh", token)

    def sweep_and_work(self) -> None:
        """A minute later: the sweeper rings where it must, and workers serve all wake-ups that there are."""
        self._become("Sweeper")
        self.cloud.functions.sweeper(MINUTE, CONTEXT)
        self.work()

    def work(self) -> None:
        for function, queue in WORKERS.items():
            self._become(function)
            while self.cloud.has_messages(queue):
                self.cloud.deliver(self.cloud.function(function), queue)
        self._become("APIHandler")

    def _become(self, function: str) -> None:
        """The process of that function: it is started once, and lives on."""
        cloud = self.cloud
        if function not in self._processes:
            cloud.become(function)
            self._processes[function] = (cloud.app, cloud.functions, cloud.container)
            handlers = cloud.container.handlers
            if sleep := handlers.get("sleep"):
                handlers.remove("sleep")
                handlers.add(replace(sleep, function=_sleep))
        cloud.app, cloud.functions, cloud.container = self._processes[function]
        cloud.api.app = cloud.app

    def items(self, name: str, table: str) -> Sequence[Item]:
        """Of one user."""
        user_id = {"S": self.stored.users[name]["user_id"]}
        return [item for item in self.cloud.scan(table) if item.get("user_id") == user_id]


def _sleep(payload: Sleep) -> Sleep:
    """In no time."""
    return payload


def outcomes(session: Session) -> dict[int, Any]:
    """By number: the status of each request that is shown, in order."""
    requests = session.ask("GET", "/api/queue/requests?limit=100")["requests"]
    return {request["seq"]: request["status"] for request in requests}


def as_before(view: dict[str, Any], names: Sequence[str]) -> str:
    """What must not have changed, to be compared."""
    return json.dumps({name: view[name] for name in names}, sort_keys=True)
