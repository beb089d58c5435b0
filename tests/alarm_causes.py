"""Which alarms of the template are seen firing by their real cause, and which cannot be on the local cloud.

tests/e2e fires the first ones; tests/infra demands that each alarm is like one of them, or among the others.
"""

FIRED = {
    *("WakeUpsDeadLetters", "ErrorsLogged", "SweeperErrors", "SweeperThrottles", "SweeperStopped"),
    *("QueuesStuck", "QueuesHeld", "SweepsIncomplete", "SendCallsSlow", "ReadCallsSlow", "CallsFailing"),
    *("GatewayErrors", "ConcurrencyClaimed", "SlowWorkerBusy", "SlowWorkerDropped", "SlowWakeUpsFull"),
    *("CheckFailing", "CheckerErrors", "CheckerThrottles"),
}
# docs/operations.md has the reasons.
NOT_SEEN = {"ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors", "OldestCallbackSeconds"}
