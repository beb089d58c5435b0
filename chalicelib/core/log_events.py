"""What the core has to say while it works. One vocabulary: queue, request and wake-up as subjects."""

import logging
from typing import Any

_logger = logging.getLogger("gurukool")


def log_event(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log one event, such as "request started", with its fields: user, seq, type, …"""
    _logger.log(level, event, extra={"fields": fields})
