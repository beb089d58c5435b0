"""The error that a command of the local cloud shows to a person."""

from bootstrap.errors import SetupError


class LocalCloudError(SetupError):
    """A sentence that says what is wrong and what to do about it."""
