"""The models refuse what AWS documents as refused, and nothing less."""

import pytest

from tests.scale import limits
from tests.scale.services import Bucket, Environments, EventSource, FifoQueue, GroupCalls, OnDemand

SECOND = 1_000


def test_a_partition_refuses_the_write_after_a_thousand_in_a_second() -> None:
    partition = Bucket(limits.PARTITION_WRITES.value)

    taken = [partition.take(SECOND) for _ in range(1_001)]

    assert taken == [True] * 1_000 + [False]
    assert partition.take(SECOND + 1), "the thousandth part of a second later there is one more"


def test_a_partition_refuses_an_item_for_which_too_few_units_are_left() -> None:
    partition = Bucket(limits.PARTITION_WRITES.value)

    assert partition.take(SECOND, 900)
    assert not partition.take(SECOND, 129)
    assert partition.take(SECOND, 100)


def test_everybodys_demand_is_refused_in_the_same_proportion_as_single_calls() -> None:
    demand, seconds = 1_500, 20
    single, together = Bucket(1_000), Bucket(1_000)

    refused = sum(not single.take(SECOND + n * 1_000 // demand) for n in range(demand * seconds))
    share = sum(together.flow(demand, 1) * demand for _ in range(seconds))

    assert share == pytest.approx(refused, rel=0.12)  # they differ by the burst of one second


def test_a_new_table_takes_4000_units_and_twice_its_peak_after_half_an_hour() -> None:
    table = OnDemand(limits.NEW_TABLE_WRITES.value, limits.TABLE_WRITES.value)

    assert table.flow(4_000, 0) == 0
    assert table.flow(8_000, 1) == pytest.approx(0.5)
    assert table.flow(8_000, 1_799) == pytest.approx(0.5)
    assert table.flow(8_000, 1_801) == 0
    assert table.capacity(1_801 + 1_800) == 16_000


def test_a_table_never_takes_more_than_its_quota() -> None:
    table = OnDemand(limits.TABLE_WRITES.value, limits.TABLE_WRITES.value)

    table.flow(40_000, 0)

    assert table.capacity(3_600) == 40_000


def test_a_function_gets_a_thousand_environments_at_once_and_a_hundred_a_second_then() -> None:
    function = Environments()

    refused, _ = function.flow(5_000, 50_000, second=0, seconds=1, room=10_000)

    assert [function.warm, refused] == pytest.approx([1_100, 1 - 1_100 / 5_000])
    for second in range(1, 41):
        refused, _ = function.flow(5_000, 50_000, second=second, seconds=1, room=10_000)
    assert [function.warm, refused] == pytest.approx([5_000, 0])


def test_a_function_gets_no_more_than_the_account_leaves_it() -> None:
    function = Environments()
    for second in range(100):
        refused, _ = function.flow(5_000, 50_000, second=second, seconds=1, room=1_000)

    assert [function.warm, refused] == pytest.approx([1_000, 0.8])


def test_only_calls_that_need_a_new_environment_are_cold() -> None:
    function = Environments()

    assert function.flow(100, 1_000, second=0, seconds=1, room=1_000) == (0, 0.1)
    assert function.flow(100, 1_000, second=1, seconds=1, room=1_000) == (0, 0)
    function.flow(1, 10, second=2, seconds=1, room=1_000)
    later = 3 + limits.IDLE_KEPT_S.value
    assert function.flow(100, 1_000, second=later, seconds=1, room=1_000)[1] > 0, "the idle ones are gone"


def test_an_event_source_begins_with_five_workers_and_gets_300_more_a_minute() -> None:
    source = EventSource(most=1_000, growth=limits.POLLERS_GROWTH.value)

    for _ in range(60):
        source.flow(10_000, 1.0, seconds=1)

    assert source.workers == 305
    for _ in range(600):
        source.flow(10_000, 1.0, seconds=1)
    assert source.workers == 1_000


def test_wake_ups_that_find_no_worker_wait_and_none_is_lost() -> None:
    source = EventSource(most=10, growth=5)

    for _ in range(10):
        source.flow(200, 0.1, seconds=1)
    assert source.backlog > 0
    for _ in range(100):
        source.flow(0, 0.1, seconds=1)

    assert (source.backlog, source.served) == (0, 2_000)


def test_a_group_has_300_calls_a_second_of_each_action() -> None:
    calls = GroupCalls()

    sent = [calls.take(SECOND, "SendMessage", "ada") for _ in range(301)]

    assert sent == [True] * 300 + [False]
    assert calls.take(SECOND, "DeleteMessage", "ada")
    assert calls.take(SECOND, "SendMessage", "max")


def test_no_message_is_handed_out_beyond_120000_in_flight() -> None:
    queue = FifoQueue(lambda: SECOND)
    for number in range(int(limits.IN_FLIGHT.value) + 1):
        queue.send(f"user {number}", "", "1")
    for messages in list(queue._groups.values())[:-1]:
        messages[0].visible_at = 2 * SECOND

    assert queue.receive() is None
    next(iter(queue._groups.values()))[0].visible_at = 0
    assert queue.receive() is not None


def test_a_backlog_of_one_group_hides_others_beyond_the_look_ahead() -> None:
    queue = FifoQueue(lambda: SECOND)
    for number in range(int(limits.LOOK_AHEAD.value)):
        queue.send("hot", "", str(number))
    queue.send("other", "", "1")

    first = queue.receive()
    assert first is not None
    assert first.message.group == "hot"
    assert queue.receive() is None, "the other group is behind the first 120,000 messages"


def test_every_limit_names_its_source() -> None:
    known = [value for value in vars(limits).values() if isinstance(value, limits.Sourced)]

    assert len(known) > 40
    assert all(limit.source and limit.unit for limit in known)
