"""What the dashboard of costs multiplies by.

The prices are list prices of us-east-1 in US dollars for a million, November 2026. They are those of
tests/scale/limits.py, which names the page of each; a test compares them.
"""

REST_CALL = 3.50
INVOCATION = 0.20
GB_SECOND = 13.3334
SQS_CALL = 0.50
WRITE_UNIT = 0.625
READ_UNIT = 0.125
LOG_MB = 500.0  # $0.50 for a GB

# The memory of each function in GB, as in .chalice/config.json; a test compares them.
MEMORY_GB = {
    "api": 0.5,
    "worker": 0.5,
    "slow-worker": 0.5,
    "long-worker": 0.5,
    "sweeper": 0.25,
    "callbacks": 0.5,
    "checker": 0.25,
}
