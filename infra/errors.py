"""What a person is told when a deployment cannot go on."""

from bootstrap.errors import SetupError


class DeployError(SetupError):
    """A sentence that says what is wrong and what to do."""
