"""What a person is told when the set-up cannot go on."""


class SetupError(Exception):
    """A sentence that says what is wrong and what to do."""
