"""The one error of this package."""


class DeployError(Exception):
    """A sentence that says what is wrong and what to do."""
