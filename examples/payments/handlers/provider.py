"""Stands for a provider of payments: it remembers the keys of its calls, and answers each key alike."""

import time

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from gurukool import Resources


class ProviderCall(Model):
    key = UnicodeAttribute(hash_key=True)
    times = NumberAttribute()  # how often it was called with this key


class Provider:
    def __init__(self, resources: Resources) -> None:
        self._calls = resources.table("calls").bind(ProviderCall)

    def call(self, key: str, seconds: float = 0) -> str:
        """What the provider answers, after so many seconds; each time the same for the same key."""
        call = self._calls(key)
        call.update(actions=[self._calls.times.add(1)])
        time.sleep(seconds)
        return f"receipt {key}"
