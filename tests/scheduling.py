"""Which tests run in one process: those that share a local cloud, and those of one file."""

from xdist.scheduler import LoadScopeScheduling

# Each of these shares starts one local cloud, and they take about as long as each other. Their tests wait as
# much as they compute, so there is one process more than the two processors for which the suite's time is
# stated.
SHARES = {
    **dict.fromkeys(("browser", "clients", "e2e"), "a stack"),
    **dict.fromkeys(("docs", "examples", "security"), "a stack, and stacks of applications"),
    **dict.fromkeys(("histories", "localstack"), "an emulator"),
}
DEPLOYING = "tests/infra/test_deploy.py"
ALONE = "tests/docs/test_handlers.py"  # has a local cloud of its own, for longer than most shares' tests
EMULATOR = "[emulator"  # begins the name of a variant of the contract suite


class SharedStacks(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Keeps the tests of a share together, and those of any other file.

    They begin in the order of their names (`--no-loadscope-reorder`). Sorted by their numbers, as is usual,
    the last would be files with few tests, which take longest, and one process would wait for the others.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file == ALONE:
            return file
        if file == DEPLOYING or EMULATOR in test:
            return SHARES["localstack"]
        return SHARES.get(file.split("/")[1], file)
