"""How long tests wait for a condition that becomes true unless something is wrong."""

# Much longer than it takes, even on a busy machine. A test that passes does not wait so long.
PATIENCE_S = 60.0
