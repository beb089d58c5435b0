"""What the actions of an alarm are told: LocalStack's messages fail for percentiles and expressions."""

import json
from typing import Any

from localstack.services.cloudwatch import provider_v2

_stock_sns_message = provider_v2.create_message_response_update_state_sns
_stock_data_query = provider_v2.create_metric_data_query_from_alarm


def install() -> None:
    provider_v2.create_message_response_update_state_sns = _sns_message
    provider_v2.create_metric_data_query_from_alarm = _data_query


def _sns_message(alarm: Any, old_state: str) -> str:
    """The message of LocalStack, with the metrics of an alarm that has several."""
    message = json.loads(_stock_sns_message(alarm, old_state))
    if metrics := alarm.alarm.get("Metrics"):
        message["Trigger"]["Metrics"] = metrics
    return json.dumps(message)


def _data_query(alarm: Any) -> list[dict[str, Any]]:
    """The metric of an alarm with one. LocalStack's fails for a percentile, and if there is none."""
    if alarm.alarm.get("Metrics"):
        return []
    statistic = alarm.alarm.get("Statistic") or alarm.alarm.get("ExtendedStatistic")
    plain = type(alarm)(alarm.account_id, alarm.region, {**alarm.alarm, "Statistic": statistic})
    return _stock_data_query(plain)  # type: ignore[no-any-return]
