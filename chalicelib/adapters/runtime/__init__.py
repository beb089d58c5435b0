"""Where the code runs: clock, logs, traces, time limits."""
