"""The place of a queue item in the sweeper's index: parts of the writes that set, move and remove it."""

from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.shards import shard
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.time import Millis


class Marks:
    """Each of them removes the mark of release 0.1.0, `work`."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.model = tables.queues

    def shard(self, user_id: str) -> str:
        return shard(user_id, self.tables.shards)

    def marked(self, user_id: str, look_at: Millis) -> list[Action]:
        """The sweeper looks at the queue at that moment; if it does already at another one, that stays."""
        m = self.model
        moment = m.look_at.set(m.look_at | look_at)
        return [m.shard.set(self.shard(user_id)), moment, m.work.remove()]

    def remarked(self, user_id: str, look_at: Millis) -> list[Action]:
        """The sweeper looks at the queue at that moment, whether it was to look at another one or not."""
        m = self.model
        return [m.shard.set(self.shard(user_id)), m.look_at.set(look_at), m.work.remove()]

    def moved(self, look_at: Millis | None) -> list[Action]:
        """The sweeper looks at the queue, at which it was to look, at another moment; None: at the same."""
        return [] if look_at is None else [self.model.look_at.set(look_at)]

    def unmarked(self) -> list[Action]:
        m = self.model
        return [m.shard.remove(), m.look_at.remove(), m.work.remove()]
