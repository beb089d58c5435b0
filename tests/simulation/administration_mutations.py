"""Deliberate defects of what administrators do to accounts. mutations.py has the others."""

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.core.identity.administration import Administration
from tests.simulation import faults
from tests.simulation.mutations import defect, under


@defect
@under(faults.Faults(stall=0.3, slow=0.5))
def account_not_looked_at_again_once_its_queue_is_written(patch: MonkeyPatch) -> None:
    patch.setattr(Administration, "_is_disabled", lambda administration, account: None)
