"""Applies the patterns of FilterLogEvents, of metric filters and of subscriptions.

LocalStack takes every line.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.logs import provider

from gurukool_localstack.filter_patterns import PatternError, compiled

LOG = logging.getLogger(__name__)


def install() -> None:
    provider.get_pattern_matcher = _matcher


def _matcher(pattern: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """LocalStack calls what is returned with the pattern again and with a log event."""
    try:
        matches = compiled(pattern)
    except PatternError as error:
        LOG.warning("The filter pattern %s matches nothing: %s", pattern, error)
        return lambda _pattern, _event: False
    return lambda _pattern, event: matches(event["message"])
