"""A language model that is slow, and that can only tell what it was told: a stand-in for a real one."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


class ModelError(Exception):
    """The model does not answer."""


@dataclass(frozen=True, slots=True)
class FakeModel:
    """Answers word by word. With a real model, this class is where its client is called."""

    key: str
    words_per_second: float
    sleep: Callable[[float], None] = time.sleep

    def answer(self, conversation: Sequence[str], text: str) -> Iterator[str]:
        """The words of the answer, as they come. `conversation` has what was said before, in its order.

        Raises ModelError.
        """
        if not self.key:
            raise ModelError("There is no key.")
        before = f'Before that you said "{conversation[-1]}".' if conversation else "We have not met."
        for word in f'You say "{text}". {before}'.split():
            self.sleep(1 / self.words_per_second)
            yield word
