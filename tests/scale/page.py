"""Writes what the simulator has found into docs/scale.md, its pictures, and the costs in docs/deploy.md."""

from collections.abc import Mapping
from pathlib import Path

from tests.scale import costs, limits
from tests.scale.gauges import limits_of
from tests.scale.markdown import prose, table
from tests.scale.plot import chart
from tests.scale.results import Result, limits_reached, stored
from tests.scale.scenarios import OUTAGE_S, SCENARIOS

DOCS = Path(__file__).parents[2] / "docs"
PERCENTS = ("50.0", "99.0", "99.9")
APART = "day", "hot"  # they have sections of their own
NOT_RUN = "There is no result yet.\n"
CALM_FACTOR = 2  # a p99 of so many times the usual one is normal again
PICTURES = {
    "day": True,
    "flash": False,
    "outage-dynamodb": False,
    "outage-sqs": False,
}  # in hours, or minutes


def write() -> None:
    for name, text in made().items():
        (DOCS / name).write_text(text)


def made() -> dict[str, str]:
    """The files of docs, as they ought to be."""
    results = {name: result for name in SCENARIOS if (result := stored(name))}
    day_s, calm, hot_s = (results.get(name) for name in ("day", "calm", "hot"))
    peak = day_s or calm
    met = limits_met(peak) if peak else NOT_RUN
    scale = {
        "day": day(day_s) if day_s else NOT_RUN,
        "limits": met,
        "scenarios": scenarios(results) if calm else NOT_RUN,
        "hot": hot(calm, hot_s) if calm and hot_s else NOT_RUN,
        "costs": cost_table(),
        "sources": sources(),
        "assumed": assumptions(),
    }
    pictures = {
        f"scale-{name}.svg": picture(results[name], hours=hours)
        for name, hours in PICTURES.items()
        if name in results
    }
    if "flash" in results:
        pictures["scale-flash-workers.svg"] = workers(results["flash"])
    return {
        "scale.md": filled((DOCS / "scale.md").read_text(), scale),
        "deploy.md": filled((DOCS / "deploy.md").read_text(), {"costs": cost_table(), "limits": met}),
        **pictures,
    }


def filled(page: str, blocks: Mapping[str, str]) -> str:
    """The page with these blocks, each between its mark and the next end. Raises ValueError."""
    for name, text in blocks.items():
        mark, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, found, rest = page.partition(mark)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(f"The page has no block {name!r}.")
        page = before + mark + text + end + after
    return page


def day(result: Result) -> str:
    rows = [
        [name, f"{found['n']:,}", *(f"{found[percent]:,.0f} ms" for percent in PERCENTS)]
        for name, found in (
            ("both parts", result["delays"]),
            *((f"part {number}", part) for number, part in enumerate(result["parts"], 1)),
        )
    ]
    each, total = result["each"], sum(result["dollars"].values())
    refused = each.get("api calls refused", 0)
    before = (
        f"Seed {result['seed']}: {result['users']} users sent {result['requests']:,} requests through the "
        f"core, and stood for 1,000,000 users. Of {result['checks']:,} checks of the promises none failed. "
        f"It took {result['cpu seconds']} seconds of CPU time, in two processes. From the 202 to the start:"
    )
    after = (
        f"For each request {refused:.2g} calls were refused, and {each['wake-ups quick']:.2f} wake-ups were "
        f"sent. A million of these requests cost ${total:.2f}. The difference between the parts shows how "
        "much the choice of the sample matters."
    )
    ran = table(["", "requests", "p50", "p99", "p99.9"], rows)
    return f"{prose(before)}\n{ran}\n{prose(after)}"


def limits_met(result: Result) -> str:
    remedies = {limit.name: limit.remedy for limit in limits_of(limits.DEPLOYED)}
    rows = [
        [
            row["limit"],
            f"{row['value']:,.0f}",
            f"{row['asked']:,.0f}",
            f"{row['met at']:,.0f}",
            remedies[row["limit"]],
        ]
        for row in result["as deployed"]
    ]
    head = ["limit", "as deployed", "most that was asked for", "met at (requests a second)", "what to raise"]
    first = rows[0]
    return f"**The first limit is {first[0]}, at {first[3]} requests a second.**\n\n" + table(head, rows)


def scenarios(results: Mapping[str, Result]) -> str:
    usual = results["calm"]["delays"]["99.0"]
    rows = []
    for name, result in results.items():
        if name in APART:
            continue
        each = result["each"]
        met = [limit for limit, _ in limits_reached(result) if limit != "queues to look at"]
        rows.append(
            [
                SCENARIOS[name].title,
                *(_time(result["delays"][percent]) for percent in PERCENTS),
                f"{each.get('api calls refused', 0):.2f}",
                f"{each.get('requests given up', 0):.1%}",
                _recovery(result, usual),
                ", ".join(met) or "none",
            ]
        )
    rows += [
        [SCENARIOS[name].title, *["?"] * 6, "not run yet"]
        for name in SCENARIOS
        if name not in (*results, *APART)
    ]
    head = ["", "p50", "p99", "p99.9", "refused calls a request", "given up", "normal again", "limits met"]
    return (
        table(head, rows)
        + "\n"
        + prose(
            '"Normal again": how long after the change, or after the outage\'s end, the p99 of a minute is '
            f"at most {CALM_FACTOR} times the usual {usual:,.0f} ms, and stays so. The sweeper's limit, "
            "20,000 queues a minute, is met in all scenarios, and is left out."
        )
    )


def _recovery(result: Result, usual: float) -> str:
    begin = {True: 2 * OUTAGE_S, False: 0}[result["scenario"].startswith("outage")]
    begin = OUTAGE_S if result["scenario"].startswith("flash") else begin
    bad = [
        stretch["second"]
        for stretch in result["stretches"]
        if stretch["n"] == 0 or stretch["99.0"] > CALM_FACTOR * usual
    ]
    last = max(bad, default=-60) + 60
    if last >= result["seconds"]:
        return f"not within {(result['seconds'] - begin) // 60} min"
    return f"after {max(0, last - begin) // 60} min"


def _time(ms: float) -> str:
    if ms < 10_000:
        return f"{ms:,.0f} ms"
    return f"{ms / 1000:,.0f} s" if ms < 600_000 else f"{ms / 60_000:,.0f} min"


def hot(calm: Result, found: Result) -> str:
    rows = [
        [name, *(f"{result['delays'][percent]:,.0f} ms" for percent in PERCENTS)]
        for name, result in (("without", calm), ("with", found))
    ]
    ratio = found["delays"]["99.0"] / calm["delays"]["99.0"]
    rate = found["hot outcomes"] / len(found["parts"]) / found["seconds"]
    return (
        "How long other users' requests wait, without and with a user who has a million of them waiting:\n\n"
        + table(["", "p50", "p99", "p99.9"], rows)
        + "\n"
        + prose(
            f"**The p99 of others is {ratio:.2f} times what it is without that user** (the aim: within 5 %). "
            f"That user's own requests, of 5 ms each, run at {rate:.0f} a second, one after the other."
        )
    )


def cost_table() -> str:
    kinds = {
        "each alone": costs.single(),
        "under load": costs.under_load(),
        "in bulk": costs.in_bulk(),
    }
    rest = {name: costs.dollars(each) for name, each in kinds.items()}
    rows = [[line, *(f"{found[line]:.2f}" for found in rest.values())] for line in costs.LINES]
    rows.append(["**together**", *(f"**{sum(found.values()):.2f}**" for found in rest.values())])
    http = [sum(costs.dollars(each, http_api=True).values()) for each in kinds.values()]
    rows.append(["with an HTTP API instead (not offered)", *(f"{total:.2f}" for total in http)])
    return table(["$ for a million requests", *kinds], rows)


def sources() -> str:
    rows = [
        [name.lower().replace("_", " "), f"{known.value:,.10g} {known.unit}", known.source]
        for name, known in _known().items()
        if not known.is_assumed
    ]
    return table(["", "value", "source"], rows)


def assumptions() -> str:
    rows = [
        [name.lower().replace("_", " "), f"{known.value:,.10g} {known.unit}", known.source]
        for name, known in _known().items()
        if known.is_assumed
    ]
    return table(["", "value", "assumption"], rows)


def _known() -> dict[str, limits.Sourced]:
    return {name: value for name, value in vars(limits).items() if isinstance(value, limits.Sourced)}


def picture(result: Result, *, hours: bool) -> str:
    curves = {
        f"p{float(percent):g}": [
            (stretch["second"], stretch[percent]) for stretch in result["stretches"] if stretch["n"]
        ]
        for percent in ("50.0", "99.0")
    }
    return chart(
        f"{SCENARIOS[result['scenario']].title}: from 202 to start",
        "ms",
        curves,
        hours=hours,
        logarithmic=True,
    )


def workers(result: Result) -> str:
    curves = {
        name: [(moment["second"], moment[key]) for moment in result["moments"]]
        for name, key in (("workers", "workers"), ("wake-ups that wait", "waiting"))
    }
    title = f"{SCENARIOS[result['scenario']].title}: workers"
    return chart(title, "", curves, hours=False, logarithmic=True)
