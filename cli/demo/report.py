"""What the demo prints: progress, tables, links."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from cli.data.published import GROUPS

if TYPE_CHECKING:
    from cli.demo.compare import Table
    from cli.demo.traffic import Progress as Import
    from deploy.embedded.stack import Stack

T = TypeVar("T")
SHOWN = 12


class Screen:
    """The demo's words, for a terminal and for a file."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())

    def say(self, text: str) -> None:
        self.console.print(text)

    def begin(self, people: int, months: list[str], connections: int) -> None:
        span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
        self.console.print(
            f"Arrivals in Honduras, {span}: {people:,} people, each registered at intake (batches of 500, {connections} connections)."
        )

    @contextmanager
    def bar(self, people: int) -> Iterator[Callable[["Import"], None]]:
        """A bar of people answered by intake and one of people in the figures; on no terminal, a line now and then."""
        if not self.console.is_terminal:
            told = [0]

            def line(progress: "Import") -> None:
                tenth = 10 * progress.visible // people
                if tenth > told[0]:
                    told[0] = tenth
                    self.console.print(
                        f"  {progress.visible:>9,} in the figures, {_rate(progress):,.0f} people/s, lag {progress.lag_s:.1f} s"
                    )

            yield line
            return
        columns = (
            TextColumn("{task.description:<14}"), BarColumn(40), TextColumn("{task.completed:>9,.0f} of {task.total:,.0f}"),
            TextColumn("{task.fields[note]}"), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=self.console) as bars:
            answered = bars.add_task("registered", total=people, note="")
            visible = bars.add_task("in the figures", total=people, note="")

            def move(progress: "Import") -> None:
                bars.update(answered, completed=progress.answered, note=f"{_rate(progress):,.0f} people/s")
                bars.update(visible, completed=progress.visible, note=f"lag {progress.lag_s:.1f} s")

            yield move

    def imported(self, progress: "Import", people: int, answered_s: float, visible_s: float) -> None:
        again = f" ({progress.replayed:,} had been registered before: the same keys, the same facts)" if progress.replayed else ""
        self.console.print(
            f"Registered {people:,} people in {answered_s:.1f} s, {people / answered_s:,.0f} people/s{again}; "
            f"all in the figures after {visible_s:.1f} s, lag at most {progress.worst_lag_s:.1f} s."
        )

    async def working(self, what: str, work: Awaitable[T]) -> T:
        if self.console.is_terminal:
            with self.console.status(what):
                return await work
        return await work

    def helped(self, counts: Mapping[str, int], shown: Mapping[str, int]) -> None:
        grid = Grid(title="The centre's help", title_justify="left")
        grid.add_column("")
        grid.add_column("done by the centre", justify="right")
        grid.add_column("in the figures", justify="right")
        words = {
            "cases": "cases opened by casework", "services": "services delivered", "sent": "referrals sent",
            "accepted": "referrals accepted", "delivered": "services by referral", "closed": "cases closed",
        }  # fmt: skip
        for name, word in words.items():
            grid.add_row(word, f"{counts[name]:,}", f"{shown[name]:,}" if name in shown else "")
        self.console.print(grid)

    def tables(self, groups: "Table", nationalities: "Table") -> None:
        self._groups(groups)
        self._nationalities(nationalities)
        for name, table in (("by sex and age", groups), ("by nationality", nationalities)):
            wrong = table.wrong()
            cells = len(table.cells())
            verdict = "all equal" if not wrong else f"{len(wrong):,} DIFFER"
            self.console.print(f"{name}: {cells:,} cells compared, {verdict}")
            for month, category, published, gabay in wrong[:SHOWN]:
                self.console.print(f"  {month} {category}: published {published:,}, Gabay {gabay:,}, difference {gabay - published:+,}")

    def _groups(self, table: "Table") -> None:
        grid = Grid(title="Arrivals by month, sex and adult or child: published / Gabay", title_justify="left")
        grid.add_column("month")
        for group in GROUPS:
            grid.add_column(group, justify="right")
        grid.add_column("total", justify="right")
        grid.add_column("difference", justify="right")
        months = list(table.published)
        for month in months if len(months) <= 2 * SHOWN else [*months[:SHOWN], "", *months[-SHOWN:]]:
            if not month:
                grid.add_row(f"... {len(months) - 2 * SHOWN} more", *[""] * (len(GROUPS) + 2))
                continue
            ours, theirs = table.gabay.get(month, {}), table.published[month]
            cells = [f"{theirs.get(g, 0):,} / {ours.get(g, 0):,}" for g in GROUPS]
            total, mine = sum(theirs.values()), sum(ours.values())
            grid.add_row(month, *cells, f"{total:,} / {mine:,}", f"{mine - total:+,}" if mine != total else "0")
        self.console.print(grid)

    def _nationalities(self, table: "Table") -> None:
        from shared.codes import country

        totals: dict[str, list[int]] = {}
        for _, code, published, gabay in table.cells():
            both = totals.setdefault(code, [0, 0])
            both[0] += published
            both[1] += gabay
        ranked = sorted(totals.items(), key=lambda item: -item[1][0])
        grid = Grid(title="Arrivals by nationality", title_justify="left")
        for name in ("", "published", "Gabay", "difference"):
            grid.add_column(name, justify="right" if name else "left")
        names = country.names()
        for code, (published, gabay) in ranked[:SHOWN]:
            name = names[code]["en"] if code in names else code
            grid.add_row(f"{name} ({code})", f"{published:,}", f"{gabay:,}", f"{gabay - published:+,}" if gabay != published else "0")
        rest = ranked[SHOWN:]
        if rest:
            published, gabay = (sum(both[i] for _, both in rest) for i in (0, 1))
            grid.add_row(f"{len(rest)} others", f"{published:,}", f"{gabay:,}", f"{gabay - published:+,}" if gabay != published else "0")
        self.console.print(grid)

    def links(self, stack: "Stack", months: list[str], released: str) -> None:
        """released: the period that was published; empty: none by this run."""
        self.console.print(f"Dashboard          {stack.issuer_url}/statistics/internal?from={months[0]}&to={months[-1]}")
        public = f"?period={released}" if released else "  (what is published; gabay demo --publish publishes these months)"
        self.console.print(f"Public dashboard   {stack.issuer_url}/statistics{public}")
        for service in ("intake", "casework", "referrals", "reporting"):
            self.console.print(f"API documentation  {stack.api_url(service)}/docs")
        self.console.print("Stop the stack     gabay down")


def _rate(progress: "Import") -> float:
    return progress.answered / max(progress.seconds, 0.001)
