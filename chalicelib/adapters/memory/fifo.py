"""One SQS FIFO queue in memory: message groups, visibility timeouts, deduplication."""

from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.core.time import Millis

DEDUPLICATION_MS = 5 * 60 * 1000


@dataclass(slots=True)
class Message:
    group: str
    body: str
    visible_at: Millis
    receives: int = 0  # which receive is the latest: the receipt handle
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one receive gives: the handle of a later receive makes it stale."""

    message: Message
    number: int

    @property
    def body(self) -> str:
        return self.message.body

    def is_current(self, now: Millis) -> bool:
        message = self.message
        return not message.deleted and message.receives == self.number and message.visible_at > now


@dataclass(slots=True)
class MemoryFifo:
    now: Callable[[], Millis]
    visibility_ms: int = 70_000
    deduplication_ms: int = DEDUPLICATION_MS
    _groups: dict[str, list[Message]] = field(default_factory=dict)
    _sent: dict[tuple[str, str], Millis] = field(default_factory=dict)

    def send(self, group: str, body: str, deduplication_id: str) -> None:
        sent = self._sent.get((group, deduplication_id))
        if sent is not None and self.now() - sent < self.deduplication_ms:
            return
        self._sent[group, deduplication_id] = self.now()
        self._groups.setdefault(group, []).append(Message(group, body, visible_at=0))

    def lose(self, group: str, deduplication_id: str) -> None:
        """A message that was accepted, and that nobody will see."""
        self._sent.setdefault((group, deduplication_id), self.now())

    def receive(self) -> Receipt | None:
        """The first message of a group none of whose messages is being served."""
        now = self.now()
        for messages in self._groups.values():
            if all(message.visible_at <= now for message in messages):
                return self._hand_out(messages[0])
        return None

    def _hand_out(self, message: Message) -> Receipt:
        message.receives += 1
        message.visible_at = self.now() + self.visibility_ms
        return Receipt(message, message.receives)

    def change_visibility(self, receipt: Receipt, seconds: int) -> bool:
        """False, and nothing has changed, if the receipt is stale."""
        if not receipt.is_current(self.now()):
            return False
        receipt.message.visible_at = self.now() + seconds * 1000
        return True

    def delete(self, receipt: Receipt) -> None:
        """With a stale receipt nothing happens, and nobody is told."""
        if receipt.is_current(self.now()):
            self.drop(receipt.message)

    def drop(self, message: Message) -> None:
        messages = self._groups[message.group]
        messages.remove(message)
        message.deleted = True
        if not messages:
            del self._groups[message.group]

    def messages(self) -> list[Message]:
        return [message for messages in self._groups.values() for message in messages]
