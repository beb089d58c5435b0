"""Which tests run in one process: those that share a stack, and those of one file."""

from xdist.scheduler import LoadScopeScheduling

# With a local cloud for each half. The tests in these directories take as long as all others that need one.
ONE_HALF = ("browser", "clients", "e2e", "histories")
OTHER_HALF = ("docs", "examples", "localstack", "security")
DEPLOYING = "tests/infra/test_deploy.py"
EMULATOR = "[emulator"  # begins the name of a variant of the contract suite


class SharedStacks(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Keeps the tests of a half together, and those of any other file.

    They begin in the order of their names (`--no-loadscope-reorder`). Sorted by their numbers, as is usual,
    the last would be files with few tests, which take longest, and one process would wait for the other.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        directory = file.split("/")[1]
        if directory in ONE_HALF:
            return "one half"
        if directory in OTHER_HALF or file == DEPLOYING or EMULATOR in test:
            return "other half"
        return file
