"""`gabay bench`: what Gabay does, divided by a limit of the same parts, measured in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SERIES = ("scale", "memory", "latency", "search", "idle", "month", "rewrap", "erase", "dashboard", "rebuild", "freeze")
NAMES = f"pairs (--list), or series: {', '.join(SERIES)}; or: profile PAIR, docs FILE"


def bench(
    names: Annotated[list[str] | None, typer.Argument(help=NAMES)] = None,
    listed: Annotated[bool, typer.Option("--list", help="print the pairs and return")] = False,
    pairs: Annotated[int, typer.Option(help="pairs of cells; verdicts need 5")] = 5,
    seconds: Annotated[float, typer.Option(help="of a cell")] = 4.0,
    quick: Annotated[bool, typer.Option("--quick", help="for CI: 1 pair of 1 s; fails on wrong results or below half a bar")] = False,
    to: Annotated[
        float | None, typer.Option(help="events or facts at the last point: scale, memory, table_*; keys, people: rewrap, erase, freeze")
    ] = None,
    seed: Annotated[int, typer.Option(help="of the corpus")] = 1,
    json: Annotated[Path | None, typer.Option(help="write the result to this file, beside what it holds already")] = None,
    svg: Annotated[Path | None, typer.Option(help="write growth and latency curves to this folder")] = None,
    against: Annotated[Path | None, typer.Option(help="compare with a stored result of this machine")] = None,
) -> int:
    """Measure on a throw-away stack. Exit status: 0 all bars held, 1 one missed, 2 the run is void.

    gabay bench --list
    gabay bench --quick
    """
    import logging

    import uvloop
    from rich.console import Console

    from bench import report, run

    logging.disable(logging.INFO)  # what our parts say while they are measured belongs into no table
    console, wanted = Console(highlight=False), tuple(names or ())
    if not console.is_terminal:
        console.width = 150  # a log is read with its lines whole
    if listed:
        _list(console)
        return 0
    if wanted[:1] == ("docs",):
        from bench import docs as page

        console.print(f"wrote {page.write(Path(wanted[1]))}")
        return 0
    if unknown := [name for name in wanted if name not in (*run.known(), *SERIES, "profile")]:
        console.print(f"there is no pair {unknown[0]}: gabay bench --list names them", style="red")
        return 2
    if wanted[:1] == ("profile",):
        from bench import profile

        uvloop.run(profile.profile(wanted[1:], seconds=seconds, console=console))
        return 0
    with console.status("") as status:
        options = run.Options(
            names=tuple(name for name in wanted if name not in SERIES),
            pairs=1 if quick else pairs,
            seconds=1.0 if quick else seconds,
            quick=quick,
            seed=seed,
            size=None if to is None else round(to),
            progress=status.update,
            tell=lambda result: console.print(f"[dim]{report.line(result)}[/]"),
        )
        done = uvloop.run(run.everything(options, tuple(name for name in wanted if name in SERIES)))
    report.show(done, console)
    if against:
        console.print(report.against(done, against))
    if json:
        report.write(done, json)
    if svg:
        from bench import curves

        curves.write(done.series, svg)
    return done.status()


def _list(console: object) -> None:
    import json
    from pathlib import Path

    from rich.console import Console

    from bench import run

    last: dict[tuple[str, str], float] = {}
    for path in sorted((Path(run.__file__).parent / "baselines").glob("*.json")):
        last |= {(pair["name"], pair["concurrency"]): pair["median"] for pair in json.loads(path.read_text())["pairs"]}
    assert isinstance(console, Console)
    for pair in run.load(()):
        before = last.get((pair.name, pair.concurrency))
        shown = f"{before:.2f}" if before is not None else "-"
        console.print(f"{pair.name:16} {pair.concurrency:>5}  {pair.yardstick_name:4} bar {pair.bar:.2f}  last {shown}")
