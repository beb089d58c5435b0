"""Measures the messages of all queues now and then, as SQS does each minute.

LocalStack's own metrics of SQS are switched off: they write one for each call of SQS, which took a tenth of
its CPU time. What alarms and dashboards look at are the numbers of messages.
"""

import logging
import threading
import time

from localstack.services.sqs.models import sqs_stores

from gurukool_localstack import metrics

LOG = logging.getLogger(__name__)

_PERIOD_SECONDS = 15  # AWS measures each minute; an alarm of the local cloud need not wait so long


def install() -> None:
    threading.Thread(target=_run, name="gurukool-queue-metrics", daemon=True).start()


def _run() -> None:
    while True:
        time.sleep(_PERIOD_SECONDS)
        try:
            _measure_all()
        except Exception:  # such as queues that are made meanwhile; the next time is soon
            LOG.warning("The queues could not be measured", exc_info=True)


def _measure_all() -> None:
    for account, region, store in sqs_stores.iter_stores():
        for queue in list(store.queues.values()):
            for name, value in (
                ("Visible", queue.approximate_number_of_messages),
                ("NotVisible", queue.approximate_number_of_messages_not_visible),
            ):
                datum = {
                    "MetricName": f"ApproximateNumberOfMessages{name}",
                    "Dimensions": [{"Name": "QueueName", "Value": queue.name}],
                    "Value": value,
                    "Unit": "Count",
                }
                metrics.put(account, region, "AWS/SQS", datum)
