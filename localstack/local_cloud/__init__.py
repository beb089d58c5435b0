"""The local cloud: LocalStack, run as processes of this machine, and the stack that is deployed to it."""
