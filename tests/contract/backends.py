"""What stands in for AWS."""

FAKE = "fake"
MOTO = "moto"
EMULATOR = "emulator"  # DynamoDB Local and LocalStack's SQS

ALL = (FAKE, MOTO, EMULATOR)
FAITHFUL = (
    FAKE,
    EMULATOR,
)  # moto forgets deduplication ids with their messages, and mixes up those of groups
