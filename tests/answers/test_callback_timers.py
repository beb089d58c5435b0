"""A wake-up for callbacks as the timer of the next call: how long it may take, and how often."""

from chalicelib.functions.serving import LONGEST_TIMER_S, MOST_RECEIVES
from tests.answers.callback_service import CallbackService, OutcomeReceiver

LATE_CALLS = 5  # after that many, the next one is 40 to 80 seconds ahead


def test_a_wake_up_that_comes_back_often_is_replaced_before_it_is_given_up() -> None:
    """SQS gives up a message that it has handed out 150 times."""
    with OutcomeReceiver(lambda number: 503) as receiver:
        service = CallbackService(receiver.origin)
        service.sign_up().session.ask(
            "POST", "/api/queue/enqueue", {"type": "echo", "callback": receiver.url}
        )
        service.work()
        [first] = service.fifo.messages()
        first.receives = MOST_RECEIVES

        service.call_back(until_ms=1)

        [second] = service.fifo.messages()
        assert second is not first
        assert second.body == first.body


def test_a_replay_takes_place_soon_although_a_timer_is_under_way() -> None:
    with OutcomeReceiver(lambda number: 503 if number < LATE_CALLS else 200) as receiver:
        service = CallbackService(receiver.origin)
        user = service.sign_up()
        user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "callback": receiver.url})
        service.work()
        while len(receiver.pushes) < LATE_CALLS:
            service.call_back(until_ms=1_000)

        later = service.api.sign_in(user.username, user.password)
        later.ask("POST", "/api/queue/callbacks/replay", {"from": 1})
        service.call_back(until_ms=int(LONGEST_TIMER_S * 1000) + 1_000)

        assert len(receiver.accepted) == 1
