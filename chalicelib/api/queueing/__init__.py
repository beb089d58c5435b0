"""The caller's queue: send requests, read outcomes, control the queue."""
