"""Lines as CloudWatch Logs gave them, and what `make logs` makes of them."""

import json
from typing import Any

import pytest

from infra.log_lines import Line

RECEIVED = 1_795_291_992_718
AT, PLAIN_AT = "2026-11-21T20:13:12.709Z", "2026-11-21T20:13:12.718Z"
STARTED = (
    '{"timestamp": "2026-11-21T20:13:12.709Z", "level": "INFO", "event": "request started", '
    '"user": "8c5dfd47eab45b78cce755df2c57b096", "seq": 1, "type": "sleep", "attempt": 1, '
    '"function": "gurukool-worker", "request_id": "df317648-1691-43d6-ab8a-04f6f6f07e7b", '
    '"trace": "1-6b01fb55-643019d77878bb2f0bb23dc1"}\n'
)
RAISED = (
    '{"time": "2026-11-21T20:13:12.709Z", "level": "ERROR", "event": "handler raised", "user": "u", '
    '"seq": 1, "exception": "Traceback (last):\\n  File work.py, line 1\\nValueError: no\\n"}'
)
BATCH = (
    '{"time":"2026-11-21T20:13:12.709Z","level":"INFO","event":"requests accepted","user":"u","seq":7,'
    '"last_seq":9,"types":{"echo":3}}'
)
REPORT = "REPORT RequestId: 04a341e5\tDuration: 1044.15 ms\tBilled Duration: 1045 ms\n"
TIMED_OUT = "2026-11-21T20:13:12.709Z 04a341e5 Task timed out after 60.00 seconds\n"


def test_an_event_is_one_line_with_its_fields() -> None:
    line = Line.parse("worker", RECEIVED, STARTED)

    assert line.render().plain.endswith(
        "worker  request started  user=8c5dfd47eab45b78cce755df2c57b096  seq=1  type=sleep  attempt=1"
    )


def test_metrics_in_a_line_are_for_cloudwatch_alone() -> None:
    metrics = (
        '{"Namespace": "Gurukool", "Dimensions": [["stack", "route"]], "Metrics": [{"Name": "LatencyMs"}]}'
    )
    begin = '{"time": "2026-11-21T20:13:12.709Z", "level": "INFO", "event": '
    fields = f'"LatencyMs": 7, "route": "read", "stack": "s", "_aws": {{"CloudWatchMetrics": [{metrics}]}}}}'

    line = Line.parse("api", RECEIVED, f'{begin}"call answered", "took_ms": 7, {fields}')
    bare = Line.parse("worker", RECEIVED, f'{begin}"requests measured", {fields}')

    assert (set(line.fields), line.platform) == ({"time", "level", "event", "took_ms"}, False)
    assert bare.platform, "it is shown with Lambda's own lines"


def test_the_moment_is_when_the_line_was_written_not_when_it_was_received() -> None:
    assert Line.parse("worker", RECEIVED, STARTED).moment == RECEIVED - 9


@pytest.mark.parametrize(
    ("user", "seq", "about"),
    [
        (None, None, True),
        ("8c5dfd47eab45b78cce755df2c57b096", None, True),
        ("8c5dfd47eab45b78cce755df2c57b096", 1, True),
        (None, 2, False),
        ("somebody-else", 1, False),
    ],
)
def test_a_line_is_about_its_user_and_its_request(user: str | None, seq: int | None, about: bool) -> None:
    assert Line.parse("worker", RECEIVED, STARTED).is_about(user, seq) is about


@pytest.mark.parametrize(("seq", "about"), [(6, False), (7, True), (8, True), (9, True), (10, False)])
def test_a_line_about_a_batch_is_about_each_of_its_requests(seq: int, about: bool) -> None:
    line = Line.parse("api", RECEIVED, BATCH)

    assert line.is_about("u", seq) is about
    assert not line.is_about("somebody-else", seq)


def test_a_traceback_is_shown_whole_below_its_line() -> None:
    text = Line.parse("worker", RECEIVED, RAISED).render()

    assert text.plain.endswith(
        "handler raised  user=u  seq=1\n    Traceback (last):\n      File work.py, line 1\n    ValueError: no"
    )
    assert "bold red" in {span.style for span in text.spans}


def test_what_lambda_writes_around_an_invocation_is_told_from_the_rest() -> None:
    line = Line.parse("api", RECEIVED, REPORT)

    assert line.platform
    assert "REPORT RequestId: 04a341e5 Duration: 1044.15 ms" in line.render().plain
    assert not line.is_about("anybody", None)


def test_lambdas_own_documents_are_told_from_the_rest_unless_something_went_wrong() -> None:
    report = {"requestId": "04a3", "metrics": {"durationMs": 3}, "status": "success"}
    fine, failed = (
        Line.parse("api", RECEIVED, json.dumps({"time": AT, "type": "platform.report", "record": record}))
        for record in (report, report | {"status": "error", "errorType": "Runtime.ExitError"})
    )

    assert (fine.platform, fine.level, fine.moment) == (True, "DEBUG", RECEIVED - 9)
    assert (failed.platform, failed.level) == (False, "ERROR")
    assert failed.render().plain.endswith(
        "platform.report  status=error  errorType=Runtime.ExitError  requestId=04a3  durationMs=3"
    )


@pytest.mark.parametrize(
    ("document", "event"),
    [
        ({"errorType": "ValueError", "errorMessage": "no", "stackTrace": ["x"]}, "ValueError: no"),
        ({"message": "of the author's logger"}, "of the author's logger"),
        ({"event": "two\nlines"}, "two\n    lines"),
    ],
)
def test_a_line_says_something_whoever_has_written_it(document: dict[str, Any], event: str) -> None:
    line = Line.parse("worker", RECEIVED, json.dumps({"timestamp": AT, "level": "ERROR", **document}))

    assert line.level == "ERROR"
    assert f"worker  {event}" in line.render().plain


def test_any_line_can_be_shown_as_json() -> None:
    shown = json.loads(Line.parse("worker", RECEIVED, STARTED).as_json())
    assert shown | {"timestamp": AT, "event": "request started", "seq": 1} == shown

    plain = json.loads(Line.parse("worker", RECEIVED, "just text").as_json())
    assert (plain["event"], plain["function"], plain["timestamp"]) == ("just text", "worker", PLAIN_AT)


@pytest.mark.parametrize(
    "message", [TIMED_OUT, "[1, 2]", '{"event": "half a line"', "Traceback\r  File\rE: x"]
)
def test_any_other_line_is_shown_as_it_is_in_one_line(message: str) -> None:
    line = Line.parse("worker", RECEIVED, message)

    assert not line.platform
    assert line.render().plain.endswith(" ".join(message.split()))
    assert "\r" not in line.render().plain
