"""What DynamoDB would refuse to store of a request."""

from chalicelib.core.queueing.request import Request

ITEM_BYTES = 400 * 1024  # DynamoDB's limit
NUMBER = 10**38  # DynamoDB keeps 38 digits


def storable(request: Request) -> Request:
    """Raises ValueError for what DynamoDB refuses, and for text that could not be shown afterwards."""
    message = request.error.message if request.error else ""
    if sum(len(text.encode()) for text in (request.payload, request.result or "", message)) > ITEM_BYTES:
        raise ValueError("it is too large.")
    for moment in (request.not_before, request.deadline):
        if moment is not None and (not isinstance(moment, int) or abs(moment) >= NUMBER):
            raise ValueError(f"{moment} is no moment.")
    return request
