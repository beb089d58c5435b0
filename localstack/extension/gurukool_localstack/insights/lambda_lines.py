"""The fields of the lines that Lambda and its runtime write.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

import re
from collections.abc import Iterator

from gurukool_localstack.insights.values import Value

_TYPE = re.compile(r"(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION)\b")
_REQUEST = re.compile(r"RequestId: ([0-9a-f-]{36})|\t([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\t")
_REPORT = re.compile(r"\t(Init Duration|Duration|Billed Duration|Memory Size|Max Memory Used): ([\d.]+)")
_REPORTED = {
    "Init Duration": ("@initDuration", 1),
    "Duration": ("@duration", 1),
    "Billed Duration": ("@billedDuration", 1),
    "Memory Size": ("@memorySize", 1_000_000),
    "Max Memory Used": ("@maxMemoryUsed", 1_000_000),
}


def fields_of(message: str) -> Iterator[tuple[str, Value]]:
    """The fields of the lines of Lambda, and the request of the lines that have it."""
    if kind := _TYPE.match(message):
        yield "@type", kind[1]
    if request := _REQUEST.search(message):
        yield "@requestId", request[1] or request[2]
    if kind and kind[1] == "REPORT":
        for label, value in _REPORT.findall(message):
            name, factor = _REPORTED[label]
            yield name, float(value) * factor
