"""A language model that is slow, and that can only tell what it was told: a stand-in for a real one."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass


class ModelError(Exception):
    """The model does not answer."""


@dataclass(frozen=True, slots=True)
class StandInModel:
    """Answers word by word; the same question has the same answer.

    To use a real model, put the stream of its client in the place of `answer`. Nothing else changes.
    """

    key: str
    words_per_second: float
    sleep: Callable[[float], None] = time.sleep

    def answer(self, conversation: Sequence[str], text: str) -> Generator[str]:
        """The pieces of the answer, as they come; put together, they are its text.

        `conversation` has what was said before, in its order. Whoever closes the generator wants no more of
        the answer: a client of a real model closes its connection then, so that nothing further is paid.

        Raises ModelError.
        """
        if not self.key:
            raise ModelError("There is no key.")
        before = f'Before that you said "{conversation[-1]}".' if conversation else "We have not met."
        for number, word in enumerate(f'You say "{text}". {before}'.split()):
            self.sleep(1 / self.words_per_second)
            yield f" {word}" if number else word
