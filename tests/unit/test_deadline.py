"""The deadline of a delivery, enforced on a connection."""

import socket
import threading

import pytest

from chalicelib.webhooks.deadline import Deadline


def test_a_read_ends_at_the_deadline_although_it_has_more_time_of_its_own() -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    deadline = Deadline(0.05)
    with ours, theirs, deadline.enforced_on(ours):
        assert ours.recv(1) == b""
        assert deadline.passed


def test_a_connection_outlives_a_block_that_is_over_in_time() -> None:
    ours, theirs = socket.socketpair()
    threads = threading.active_count()
    with ours, theirs:
        with Deadline(60).enforced_on(ours):
            pass
        ours.sendall(b"a")
        assert theirs.recv(1) == b"a"
    assert threading.active_count() == threads


def test_a_connection_that_was_closed_meanwhile_is_no_error() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    deadline = Deadline(0.02)
    with deadline.enforced_on(ours):
        ours.close()
        while not deadline.passed:
            pass


def test_after_the_deadline_nothing_is_begun() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError), Deadline(0).enforced_on(ours):
        pytest.fail("the block must not run")


def test_the_time_left_is_bounded() -> None:
    assert Deadline(60).left(at_most=3) == 3
    assert 59 < Deadline(60).left() <= 60
