"""The timers of execution environments, which share a thread."""

import threading
import time

import pytest

from gurukool_localstack.timers import Timer
from local_cloud.waiting import wait_until
from tests.localstack.no_threads import no_more_threads
from tests.patience import PATIENCE_S


def test_a_timer_calls_its_function_when_its_time_has_come() -> None:
    began, called = time.monotonic(), threading.Event()
    Timer(0.2, called.set).start()
    assert called.wait(PATIENCE_S)
    assert time.monotonic() - began >= 0.2


def test_a_timer_that_is_cancelled_does_nothing() -> None:
    called, later = threading.Event(), threading.Event()
    cancelled = Timer(0, called.set)
    cancelled.start()
    cancelled.cancel()
    Timer(0, later.set).start()
    assert later.wait(PATIENCE_S)
    assert not called.is_set()


def test_a_timer_that_was_not_started_can_be_cancelled() -> None:
    Timer(0, lambda: None).cancel()


def test_a_function_that_takes_long_delays_no_other_timer() -> None:
    ended, called = threading.Event(), threading.Event()
    Timer(0, ended.wait).start()
    Timer(0.1, called.set).start()
    assert called.wait(PATIENCE_S)
    ended.set()


def test_many_timers_have_one_thread() -> None:
    timers = [Timer(600, lambda: None) for _ in range(100)]
    before = threading.active_count()
    for timer in timers:
        timer.start()
    assert threading.active_count() <= before
    for timer in timers:
        timer.cancel()


def test_a_timer_whose_thread_cannot_be_started_is_called_later(caplog: pytest.LogCaptureFixture) -> None:
    called = threading.Event()
    with no_more_threads():
        Timer(0, called.set).start()
        assert wait_until(lambda: "can't start new thread" in caplog.text, PATIENCE_S)
    assert called.wait(PATIENCE_S)
