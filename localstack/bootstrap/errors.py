"""The error that the set-up shows to a person."""


class SetupError(Exception):
    """A sentence that says what is wrong and what to do about it."""
