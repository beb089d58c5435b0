"""`python -m tests.bench`: what docs/performance.md reports. Needs a machine that does nothing else."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bootstrap.errors import SetupError
from local_cloud import deployment
from local_cloud.emulator import Emulator
from local_cloud.settings import Settings
from tests.bench import backlog, calls, cold_start, growth, load, one_call, side_by_side
from tests.free_ports import free_ports

# From the issue that asked for this stack.
API_AIM, WORKER_AIM = 1.0, 0.9


def main() -> None:
    console = Console()
    if (load_average := os.getloadavg()[0]) > 1:
        console.print(
            f"This machine is busy (load {load_average:.1f}): the times are longer than they need be."
        )
    try:
        with TemporaryDirectory(prefix="gurukool-bench-") as directory:
            console.print(_cold_starts(cold_start.measure(Path(directory) / "packaged")))
            with _stack(Path(directory) / "emulator") as (emulator, outputs):
                console.print(*_side_by_side(*side_by_side.measure(emulator, Path(directory) / "textbook")))
                console.print(_one_call(one_call.measure(emulator, outputs)))
                console.print(_load(load.measure(emulator.api_url)))
                console.print(_backlog(backlog.measure(emulator.api_url)))
                console.print(_calls(calls.measure(emulator, outputs, growth.measure)))
    except SetupError as error:
        sys.exit(str(error))


@contextmanager
def _stack(directory: Path) -> Iterator[tuple[Emulator, dict[str, str]]]:
    with Emulator(free_ports(), directory) as emulator:
        yield emulator, deployment.deploy(emulator, Settings(), lambda _: None)


def _cold_starts(measured: cold_start.ColdStart) -> Table:
    table = Table("Ready to serve", "CPU time", "to bare boto3", "aim", title="Cold start")
    for name, milliseconds, aim in (
        ("boto3 with a dynamodb and an sqs client", measured.bare, 1.0),
        ("API function", measured.api, API_AIM),
        ("worker", measured.worker, WORKER_AIM),
    ):
        table.add_row(name, f"{milliseconds:.0f} ms", f"{milliseconds / measured.bare:.2f}", f"{aim:.1f}")
    return table


def _calls(costs: list[calls.Cost]) -> Table:
    table = Table("Step", "calls", "which", "read units", "write units", title="AWS calls, per request")
    for cost in costs:
        per = [cost.calls.total(), cost.read_units, cost.write_units]
        amounts = [f"{amount / cost.requests:.4g}" for amount in per]
        which = ", ".join(f"{count} {name}" for name, count in sorted(cost.calls.items()))
        table.add_row(cost.step, amounts[0], which, *amounts[1:])
    return table


def _load(measured: load.Load) -> Table:
    table = Table("Measured end to end", "", title="The deployed stack")
    work = load.SLEEPERS * load.SLEEPS
    table.add_row("requests a second, sent to dequeued", f"{measured.per_second:.0f}")
    table.add_row("call that does nothing, median", f"{measured.health * 1000:.0f} ms")
    table.add_row("lone request, sent to dequeued, median", f"{measured.lone * 1000:.0f} ms")
    table.add_row("the same, in calls that do nothing", f"{measured.lone / measured.health:.1f}")
    table.add_row("short requests a second, of one user", f"{measured.one_user:.0f}")
    table.add_row(f"{work} s of work of {load.SLEEPERS} users", f"{measured.sleeping:.1f} s")
    return table


def _one_call(measured: one_call.OneCall) -> Table:
    table = Table("CPU time of the caller", "quick", "botocore", "ratio", title="One call of DynamoDB")
    stock, quick = measured.stock, measured.quick
    table.add_row("UpdateItem", f"{quick * 1000:.2f} ms", f"{stock * 1000:.2f} ms", _ratio(quick, stock))
    return table


def _side_by_side(ours: side_by_side.Measured, other: side_by_side.Measured) -> tuple[Table, Table]:
    users, requests = side_by_side.USERS, side_by_side.REQUESTS
    table = Table("Measured end to end, turn about", "ours", "textbook", "ratio", title="Side by side")
    cpu = Table("CPU time per request", "ours", "textbook", "ratio", title=f"{users} users, {requests} each")
    speeds = ours.per_second, other.per_second
    table.add_row(f"requests a second, {users} users", *(f"{speed:.1f}" for speed in speeds), _ratio(*speeds))
    _add_milliseconds(table, "a lone request", ours.lone, other.lone)
    for kind in ours.cpu:
        _add_milliseconds(cpu, kind, ours.cpu[kind], other.cpu[kind])
    _add_milliseconds(cpu, "all", sum(ours.cpu.values()), sum(other.cpu.values()))
    return table, cpu


def _add_milliseconds(table: Table, name: str, ours: float, other: float) -> None:
    table.add_row(name, *(f"{seconds * 1000:.1f} ms" for seconds in (ours, other)), _ratio(ours, other))


def _ratio(ours: float, other: float) -> str:
    return f"{ours / other:.2f}"


def _backlog(measured: backlog.Backlog) -> Table:
    table = Table("A long queue of one user", "", title="Backlog")
    table.add_row(f"requests a second, of {backlog.DRAINED}", f"{measured.per_second:.0f}")
    table.add_row("another user's lone request, alone, median", f"{measured.alone * 1000:.0f} ms")
    table.add_row(f"the same beside a backlog of {backlog.BESIDE}", f"{measured.beside * 1000:.0f} ms")
    table.add_row("ratio", f"{measured.beside / measured.alone:.2f}")
    return table


main()
