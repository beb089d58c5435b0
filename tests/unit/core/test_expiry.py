"""What has an outcome is forgotten a week later; what waits is not, however long it waits."""

from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import KEPT_MS, Status
from tests.unit.core.stage import BROKEN, SESSION, USER, Stage

KEY = IdempotencyKey("key", "fingerprint")


def let_pass(stage: Stage, ms: int) -> None:
    """And let the store remove what has expired by then."""
    stage.clock.advance(ms)
    stage.store.tables.remove_expired(stage.clock.now())


def test_an_outcome_is_kept_for_a_week(stage: Stage) -> None:
    stage.send()
    stage.run()

    let_pass(stage, KEPT_MS - 1)
    assert stage.statuses() == [Status.SUCCEEDED]

    let_pass(stage, 1_000)
    assert stage.statuses() == []


def test_what_was_cancelled_before_its_turn_does_not_expire_before_it(stage: Stage) -> None:
    """Without the first of its batch, the rest would be taken for what was never accepted."""
    stage.send()
    stage.controls.pause(USER, SESSION)
    stage.send(3, key=KEY)
    stage.controls.cancel(USER, SESSION, 2)
    let_pass(stage, 2 * KEPT_MS)

    stage.controls.resume(USER, None)
    stage.run()

    assert stage.started == [1, 3, 4]
    assert stage.statuses() == [Status.SUCCEEDED, Status.CANCELLED, Status.SUCCEEDED, Status.SUCCEEDED]
    let_pass(stage, KEPT_MS + 1_000)
    assert stage.statuses() == []


def test_a_key_that_ends_with_what_was_cancelled_expires_with_it(stage: Stage) -> None:
    stage.send()
    stage.controls.pause(USER, SESSION)
    stage.send(key=KEY)
    stage.controls.cancel(USER, SESSION, 2)
    let_pass(stage, 2 * KEPT_MS)
    assert stage.store.keys.find(USER, KEY.key, stage.clock.now())

    stage.controls.resume(USER, None)
    stage.run()

    assert stage.store.keys.find(USER, KEY.key, stage.clock.now() + KEPT_MS - 1)
    assert not stage.store.keys.find(USER, KEY.key, stage.clock.now() + KEPT_MS + 1_000)


def test_the_rest_of_a_batch_runs_when_its_first_is_long_forgotten(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.send(3)
    stage.controls.cancel(USER, SESSION, 1)
    stage.run()
    let_pass(stage, KEPT_MS + 1_000)
    assert stage.statuses() == [Status.QUEUED, Status.QUEUED]

    stage.controls.resume(USER, None)
    stage.run()

    assert stage.started == [2, 3]


def test_a_halted_queue_can_be_opened_when_the_first_of_the_batch_is_long_forgotten(stage: Stage) -> None:
    stage.script[2] = [BROKEN]
    stage.send(2, type_="halt")
    stage.run()
    let_pass(stage, KEPT_MS + 1_000)

    assert stage.statuses() == [Status.QUEUED]
    assert stage.controls.skip(USER, None, 2).status is Status.FAILED


def test_a_paused_queue_steps_over_what_was_cancelled(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.send(2)

    for seq in (2, 1):
        stage.controls.cancel(USER, SESSION, seq)
    stage.run()

    assert (stage.queue.state, stage.queue.depth) == (State.PAUSED, 0)
    taken = stage.dequeue(USER, SESSION)
    assert (taken and taken.seq) == 1
