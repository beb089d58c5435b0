"""States in which a failed operation leaves a stack, and what a person must do before the next one."""

from infra.errors import DeployError

DELETE_IT = "Delete it (with the option --delete; locally: make down) and try again."
ADVICE = {
    "CREATE_FAILED": DELETE_IT,
    "ROLLBACK_COMPLETE": DELETE_IT,
    "ROLLBACK_FAILED": DELETE_IT,
    "DELETE_FAILED": DELETE_IT,
    "UPDATE_ROLLBACK_FAILED": "Do not delete it. Repair what its events name, let CloudFormation finish "
    "(aws cloudformation continue-update-rollback --stack-name {name}) and try again.",
}


def refuse(name: str, status: str) -> None:
    """Raises DeployError with the advice if the stack of this name is in one of these states."""
    if advice := ADVICE.get(status):
        raise DeployError(
            f"The stack {name} is {status} because an earlier operation failed. {advice.format(name=name)}"
        )
