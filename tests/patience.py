"""How long tests wait for a condition that becomes true unless something is wrong."""

# Much longer than it takes, even on a busy machine. A test that passes does not wait so long.
PATIENCE_S = 60.0
# What waits for a worker may have to wait until the wake-up of one that did not start comes back, after 70 s.
RECOVERY_S = 120.0
