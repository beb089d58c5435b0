"""A worker is killed in the middle of a request. What follows is in test_work_after_a_crash.py."""

from tests.e2e.users import CrashedUsers


def test_another_user_at_the_same_moment_is_not_disturbed(crashed: CrashedUsers) -> None:
    outcome = crashed.bystander.session.dequeue()

    assert outcome is not None
    assert (outcome["status"], outcome["attempts"]) == ("succeeded", 1)


def test_the_request_counts_as_running_until_it_is_run_again(crashed: CrashedUsers) -> None:
    queue = crashed.victim.session.queue()

    assert (queue["head"], queue["running"]) == (0, 1)
