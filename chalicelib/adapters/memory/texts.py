"""Large payloads and results in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.errors import EffectRefusedError
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.texts import TOO_LARGE, LargeText, TextKey
from chalicelib.core.time import Millis

TEXT_BYTES = 399 * 1024  # DynamoDB's limit is 400 KB, with the key and the names of the attributes


class MemoryTexts:
    """The port `TextStore`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def write_texts(self, user_id: str, texts: Sequence[LargeText]) -> None:
        for text in texts:
            if len(text.text.encode()) > TEXT_BYTES:
                raise EffectRefusedError(TOO_LARGE)
            self._tables.texts[user_id, text.key] = text

    def read_texts(self, user_id: str, keys: Sequence[TextKey]) -> Mapping[TextKey, str]:
        found = self._tables.texts
        return {key: found[user_id, key].text for key in keys if (user_id, key) in found}

    def keep_text(self, user_id: str, key: TextKey, until: Millis) -> None:
        require((user_id, key) in self._tables.texts)
        self._tables.texts[user_id, key] = self._tables.texts[user_id, key]._replace(expires_at=until)

    def note_payload_kept(self, request: Request, until: Millis) -> None:
        places = self._tables.requests.get(request.user_id, {})
        found = places.get(request.seq)
        require(found is not None and found.payload_until == request.payload_until)
        if found:
            places[request.seq] = replace(found, payload_until=until)
