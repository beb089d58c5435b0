"""The local cloud: LocalStack as processes of this machine, and the stack that runs on it."""
