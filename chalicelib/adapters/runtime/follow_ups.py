"""The requests that a handler enqueues: checked as the API does, and made into entries."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.runtime.application import without_secrets
from chalicelib.adapters.runtime.results import ResultError, json_data
from chalicelib.core.errors import InvalidInputError, MalformedError
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.cause import Cause, caused
from chalicelib.core.queueing.entry import CALLBACK_CHARACTERS, PAYLOAD_BYTES, Entry, entry_id
from chalicelib.core.queueing.names import is_user_id
from chalicelib.core.queueing.policy import HandlerError, OnFailure
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import LONGEST_DELAY_MS, Follows, Request
from chalicelib.core.time import Millis

MOST_ATTEMPTS = 100


def _new_token() -> str:
    return secrets.token_hex(8)


class FollowUps:
    """Makes the entries of one attempt.

    What is to enter at once enters at the moment at which the attempt began: it is due when it is written.
    """

    def __init__(
        self,
        request: Request,
        handlers: Registry,
        application: Application,
        new_token: Callable[[], str] = _new_token,
    ) -> None:
        self._request = request
        self._handlers = handlers
        self._application = application
        self._begun = request.started_at or 0
        self._token = new_token()

    def __call__(
        self,
        user_id: str,
        type_: str,
        payload: Any,
        *,
        number: int,
        max_attempts: int | None,
        on_failure: str | None,
        enter_at: datetime | None,
        not_before: datetime | None,
        callback: str | None,
    ) -> Entry:
        """Raises HandlerError. `number` is that of the effect among the attempt's."""
        if not is_user_id(user_id):
            raise HandlerError(f"effects.enqueue: {user_id!r:.100} is neither an account's id nor a name.")
        if max_attempts is not None and not 1 <= max_attempts <= MOST_ATTEMPTS:
            raise HandlerError(f"effects.enqueue: max_attempts must be from 1 to {MOST_ATTEMPTS}.")
        if on_failure is not None and on_failure not in list(OnFailure):
            raise HandlerError(f"effects.enqueue: on_failure must be one of {', '.join(OnFailure)}.")
        moment = self._begun if enter_at is None else self._moment("enter_at", enter_at)
        entry = Entry(
            user_id=user_id,
            id=entry_id(moment, self._token, number),
            enter_at=moment,
            type=type_,
            payload=self._validated_payload(type_, payload),
            created_at=self._begun,
            max_attempts=max_attempts,
            on_failure=on_failure,
            not_before=None if not_before is None else self._moment("not_before", not_before),
            follows=Follows(self._request.user_id, self._request.seq),
            kept_ms=self._handlers.kept_ms_of(type_),
            callback=None if callback is None else self._allowed(callback),
        )
        return caused(entry, Cause(self._request.call, self._request.trace))

    def _validated_payload(self, type_: str, payload: Any) -> str:
        handler = self._handlers.get(type_)
        if handler is None:
            known = ", ".join(self._handlers.types())
            raise HandlerError(f"effects.enqueue: there is no handler for {type_!r:.100}; known are {known}.")
        try:
            data = json_data(payload, "payload")
        except ResultError as error:
            raise HandlerError(f"effects.enqueue: {error}".replace("The", "the")) from error
        if len(data) > PAYLOAD_BYTES:
            raise HandlerError(f"effects.enqueue: the payload is larger than {PAYLOAD_BYTES // 1024} KiB.")
        settings = without_secrets(self._application.settings)
        try:
            handler.refuse(decode(data, handler.payload_type, under="payload"), settings)
        except (InvalidInputError, MalformedError) as error:
            raise HandlerError(f"effects.enqueue: {type_} does not take this payload: {error}") from error
        return data.decode()

    def _allowed(self, callback: str) -> str:
        if not isinstance(callback, str) or not 1 <= len(callback) <= CALLBACK_CHARACTERS:
            raise HandlerError(f"effects.enqueue: callback must have 1 to {CALLBACK_CHARACTERS} characters.")
        try:
            self._application.require_callback(callback, "callback")
        except InvalidInputError as error:
            raise HandlerError(f"effects.enqueue: callback: {error.fields[0].message}") from error
        return callback

    def _moment(self, name: str, moment: datetime) -> Millis:
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise HandlerError(f"effects.enqueue: {name} must be a datetime with a time zone.")
        found = int(moment.timestamp() * 1000)
        if not 0 < found <= self._begun + LONGEST_DELAY_MS:
            days = timedelta(milliseconds=LONGEST_DELAY_MS).days
            raise HandlerError(f"effects.enqueue: {name} must be after 1970 and at most {days} days ahead.")
        return found
