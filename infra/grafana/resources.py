"""The names of the stack's resources behind the name of the stack; a test compares them with the template."""

from infra.operations import series

FUNCTIONS = (*series.FUNCTIONS, "callbacks", "checker")
QUEUES = (*series.QUEUES, series.CALLBACK_QUEUE)


def dead_letters(queue: str) -> str:
    return f"{queue}-dead-letters"
