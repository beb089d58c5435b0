"""Large payloads and results, as items beside the requests of their user."""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.exceptions import PutError

from chalicelib.adapters.dynamodb.batches import get_all, save_all
from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import INVALID, translated
from chalicelib.adapters.dynamodb.models import TextItem
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import EffectRefusedError
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.texts import TOO_LARGE, LargeText, TextKey
from chalicelib.core.time import Millis

ATTEMPTS = 10**9  # more than there can be at one request


class DynamoTexts:
    """The port `TextStore`."""

    def __init__(self, tables: Tables) -> None:
        self._texts = tables.texts
        self._places = tables.requests
        self._connection = tables.connection

    def write_texts(self, user_id: str, texts: Sequence[LargeText]) -> None:
        items = [self._item(user_id, text) for text in texts]
        if len(items) == 1:
            return self._write_one(items[0])
        return save_all(self._connection, self._texts, items)

    def _write_one(self, item: TextItem) -> None:
        try:
            past_conflicts(item.save)
        except PutError as error:
            if error.cause_response_code != INVALID:
                raise
            raise EffectRefusedError(TOO_LARGE) from error

    def _item(self, user_id: str, text: LargeText) -> TextItem:
        return self._texts(user_id, place(text.key), text=text.text, expires_at=text.expires_at // 1000)

    def read_texts(self, user_id: str, keys: Sequence[TextKey]) -> Mapping[TextKey, str]:
        places = {place(key): key for key in keys}
        with translated():
            if len(places) == 1:
                found = self._get(user_id, *places)
            else:
                found = get_all(self._connection, self._texts, [(user_id, place) for place in places])
        return {places[int(item.place)]: item.text for item in found}

    def _get(self, user_id: str, place: int) -> list[TextItem]:
        try:
            return [self._texts.get(user_id, place, consistent_read=True)]
        except self._texts.DoesNotExist:
            return []

    def keep_text(self, user_id: str, key: TextKey, until: Millis) -> None:
        m, table = self._texts, self._texts.Meta.table_name
        actions = [m.expires_at.set(until // 1000)]
        past_conflicts(
            lambda: self._connection.update_item(
                table, user_id, str(place(key)), actions=actions, condition=m.user_id.exists()
            )
        )

    def note_payload_kept(self, request: Request, until: Millis) -> None:
        m, seq = self._places, str(request.seq)
        same: Any = m.payload_until == (request.payload_until or 0) // 1000
        actions = [m.payload_until.set(until // 1000)]
        past_conflicts(
            lambda: self._connection.update_item(
                m.Meta.table_name, request.user_id, seq, actions=actions, condition=same
            )
        )


def place(key: TextKey) -> int:
    """The text's number among the user's items: negative, below all requests.

    >>> place(TextKey(7, 0)), place(TextKey(7, 2))
    (-7000000000, -7000000002)
    """
    return -(key.seq * ATTEMPTS + key.attempt)
