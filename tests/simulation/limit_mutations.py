"""Deliberate defects of rates."""

from dataclasses import replace

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.core.identity.services import Service
from chalicelib.core.rates import Buckets, Micros, Withdrawal
from tests.fakes.accounts import FakeServices
from tests.simulation import faults, kinds, limits
from tests.simulation.mutations import defect, under


@defect
def tokens_not_looked_at(patch: MonkeyPatch) -> None:
    _often(patch)
    patch.setattr(
        Withdrawal,
        "finds",
        lambda withdrawal, arrival: (
            (arrival is None or arrival <= withdrawal.now)
            if withdrawal.of_full
            else arrival is not None and withdrawal.now < arrival
        ),
    )


@defect
@under(faults.Faults(slow=0.9, repeat=0.3))
def bucket_taken_for_full(patch: MonkeyPatch) -> None:
    """Of two processes that have found it full, the second one fills it again."""
    _often(patch)
    finds = Withdrawal.finds
    patch.setattr(
        Withdrawal,
        "finds",
        lambda withdrawal, arrival: withdrawal.of_full or finds(withdrawal, arrival),
    )


@defect
def bucket_that_holds_more_than_a_burst(patch: MonkeyPatch) -> None:
    """Of a process that has read an arrival, and comes back when that is long over."""
    _often(patch)

    def finds(withdrawal: Withdrawal, arrival: Micros | None) -> bool:
        if withdrawal.of_full:
            return arrival is None
        return arrival is not None and arrival <= withdrawal.latest

    patch.setattr(Withdrawal, "finds", finds)
    patch.setattr(Buckets, "_note", lambda buckets, whose, _: buckets._seen.update({whose: 10**18}))


@defect
def tokens_of_a_service_taken_without_a_condition(patch: MonkeyPatch) -> None:
    _often(patch)

    def withdraw(store: FakeServices, key_id: str, withdrawal: Withdrawal) -> Service:
        found = store.services[key_id]
        store.services[key_id] = replace(found, arrival=withdrawal.leaves(found.arrival))
        return store.services[key_id]

    patch.setattr(FakeServices, "withdraw", withdraw)


def _often(patch: MonkeyPatch) -> None:
    """In every history there is a limit, and users do almost nothing but send."""
    patch.setattr(limits, "LIMITED", range(8))
    patch.setattr(kinds, "SENDING", ("enqueue", "batch"))
    patch.setattr(kinds, "READING", ("enqueue", "batch"))
