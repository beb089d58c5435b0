"""What a person is told when the local cloud cannot do what was asked."""

from bootstrap.errors import SetupError


class LocalCloudError(SetupError):
    """A sentence that says what is wrong and what to do."""
