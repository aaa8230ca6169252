"""docs/explanation/surge-watch.md and its picture: what the surge watch would have said of the published Honduran series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from math import log10

from cli.data.published import load
from services.reporting.live.backtest import DRAWS, SEED, MadeUp, Outcome, made_up, replay

MADE_UP = tuple((a_day, variance) for variance in (1.0, 3.0) for a_day in (2, 5, 10, 20, 50, 100))
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 960, 340, 52, 34, 16


def totals() -> dict[str, int]:
    """Month -> people of the published table."""
    published = load()
    return {month: published.total(month) for month in published.months}


def page() -> str:
    """The page with its tables. Takes half a minute: every day of seven years is judged forty times over."""
    months = totals()
    plain = [replay(months, seed=seed, season=False) for seed in range(DRAWS)]
    season = [replay(months, seed=seed, season=True) for seed in range(DRAWS)]
    return _TEXT.format(
        seed=SEED, draws=DRAWS, months=_months(plain[SEED]), other=_other(plain[SEED]),
        made_up=_made_up([made_up(*each) for each in MADE_UP]), summary=_summary(plain, season),
    )  # fmt: skip


def _summary(plain: Sequence[Outcome], season: Sequence[Outcome]) -> str:
    rows: list[tuple[str, Callable[[Outcome], int]]] = [
        ("months that should alert", lambda o: len(o.grown)),
        ("of them found within three days", lambda o: len(o.found)),
        ("months that should stay quiet", lambda o: len(o.calm)),
        ("of them with a false alarm", lambda o: len(o.false)),
        ("days with an alert, all in all", lambda o: o.alert_days),
        ("days judged", lambda o: len(o.days)),
    ]
    lines = ["| | season left out | 20 draws | season counted | 20 draws |", "|---|---|---|---|---|"]
    for title, of in rows:
        cells = [f"{of(each[SEED])} | {_range([of(o) for o in each])}" for each in (plain, season)]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _range(values: Sequence[int]) -> str:
    return f"{values[0]}" if len(set(values)) == 1 else f"{min(values)} to {max(values)}"


def _months(outcome: Outcome) -> str:
    """Every month that should alert, then every calm month that did."""
    names = list(outcome.months)
    lines = ["| Month | Arrivals | Times the month before | First alert | Days with an alert | |", "|---|---|---|---|---|---|"]
    for month in [*outcome.grown, *outcome.false]:
        before = outcome.months[names[names.index(month) - 1]]
        days = outcome.alerts.get(month, [])
        said = "false alarm" if month in outcome.false else "found" if month in outcome.found else "missed" if not days else "late"
        first = f"day {days[0]}" if days else "none"
        lines.append(f"| {month} | {outcome.months[month]:,} | {outcome.months[month] / before:.2f} | {first} | {len(days)} | {said} |")
    return "\n".join(lines)


def _other(outcome: Outcome) -> str:
    """Months between the two: they grew by more than a tenth and less than 1.6 times, or were small."""
    rest = [month for month in outcome.alerts if month not in outcome.grown and month not in outcome.calm]
    days = sum(len(outcome.alerts[month]) for month in rest)
    return f"{days} days of {len(rest)} months ({', '.join(rest)})" if rest else "no day"


def _made_up(found: Sequence[MadeUp]) -> str:
    lines = ["| A day | Variance over mean | False alert days a year | Doubling seen on day (24 h) | (7 days) |", "|---|---|---|---|---|"]
    for each in found:
        days = [f"{day:g}" if day is not None else "not in 28 days" for day in (each.days_to_alert, each.days_to_alert_by_week)]
        lines.append(f"| {each.a_day} | {each.variance:g} | {each.false_days_a_year:.1f} | {days[0]} | {days[1]} |")
    return "\n".join(lines)


def picture() -> str:
    """Arrivals a day on a logarithmic scale, the limit of each day, and the days with an alert."""
    outcome = replay(totals(), season=False)
    first, last = outcome.days[0].date, outcome.days[-1].date
    top = max(max(day.x, day.expected.limit) for day in outcome.days)

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - 8) * (day - first).days / (last - first).days

    def y(n: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * log10(max(n, 1)) / log10(top)

    def line(values: Iterator[tuple[date, float]]) -> str:
        return "M" + "L".join(f"{x(day):.1f} {y(n):.1f}" for day, n in values)

    grid = "".join(
        f'<path class="g" d="M{LEFT} {y(n):.1f}H{WIDTH - 8}"/><text x="{LEFT - 6}" y="{y(n) + 4:.1f}" text-anchor="end">{n:,}</text>'
        for n in (1, 10, 100, 1000)
    )
    years = "".join(
        f'<text x="{x(date(year, 7, 1)):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{year}</text>' for year in range(first.year, last.year)
    )
    dots = "".join(f'<circle cx="{x(day.date):.1f}" cy="{y(day.x):.1f}" r="3"/>' for day in outcome.days if day.alert)
    title = f"Arrivals a day in Honduras, 2018 to 2025, with the {outcome.alert_days} days on which the surge watch would have alerted"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        "<style>text{font:12px sans-serif;fill:#444}.g{stroke:#ddd;fill:none}.n{stroke:#0072b2;fill:none;stroke-width:1}"
        ".l{stroke:#999;fill:none;stroke-width:1;stroke-dasharray:3 2}circle{fill:#d55e00}"
        "@media(prefers-color-scheme:dark){text{fill:#ccc}.g{stroke:#333}.n{stroke:#56b4e9}}</style>"
        f"{grid}{years}"
        f'<path class="l" d="{line((d.date, d.expected.limit) for d in outcome.days)}"/>'
        f'<path class="n" d="{line((d.date, float(d.x)) for d in outcome.days)}"/>'
        f"{dots}"
        f'<text x="{LEFT + 8}" y="{TOP + 8}">blue: arrivals a day; dashed: the limit of the day; orange: an alert</text>'
        "</svg>\n"
    )


_TEXT = """\
# What the surge watch sees, and what it misses

Made by `./gabay statistics surge` from `services/reporting/live/backtest.py` and the published Honduran table.

The surge watch compares what a centre counted in 24 hours, and in seven days, with what its last weeks let one expect. It is
advisory: no figure is taken from it. Before it is switched on somewhere, one wants to know how often it cries wolf, and how
often it sleeps. So it was run over a series in which the surges are known: 1,191,581 irregular arrivals in Honduras from
January 2018 to April 2025, month by month.

![Arrivals a day, the limit, and the days with an alert](../images/surge-watch.svg)

## How

The table has months, the watch looks at days: each person of a month is put on one of its days, drawn evenly with a fixed
seed. A real series is rougher. The two months that the table lacks (April and May 2020) count nobody. The watch begins after
eight weeks; each day it knows what came before, and nothing else.

A month **should alert** if it brought at least 600 arrivals and at least 1.6 times those of the month before, within its first
three days. A month **should stay quiet** if it grew by a tenth at most, or fell.

For a day, with the 28 days before it: *level* is their mean with the weekday's share taken out (shares from eight weeks,
half-way to 1); *lambda* = level x share of the weekday x season; *phi* = how much more the days stray than chance, by the median
of squares over 0.455, at least 1. It is a surge if the count reaches max(10, lambda + 3.5 sqrt(phi lambda), 1.5 lambda).

## What came out

The draw with seed {seed}, and the range over {draws} draws (seeds 0 to 19). *Season* is last year's fortnight over the 28 days
before it, within 0.67 and 1.5.

{summary}

Day by day of seed {seed}, season left out:

{months}

Alerts in months that are neither (they grew by more than a tenth and less than 1.6 times, or were small): {other}.

**Misses.** A month that begins slowly is found late or not at all within three days: the limit is 1.5 times the expected at the
least, and of months that grew 1.6 times one day in three or so falls below it by chance. Which of the ten is missed depends on
the draw. **False alarms** in calm months come with the first weeks of small numbers, in some draws only. **A surge that lasts** is
an alert on its first days and then becomes what is expected: the watch tells of a change, not of a high level.

**The season** makes this series worse: what came a year ago says little here, and after the two empty months of 2020 it says
the opposite. Therefore it is left out unless a region asks for it (`GABAY_SURGE_SEASON=on`), as one with yearly peaks should
([decision 15](../decisions/0015-leave-out-the-season.md)).

## Centres made up

Here the truth is known: forty centres a row, a year each without any surge, and then the number doubles for good. Poisson has
variance over mean 1; three is a centre to which people come in groups.

{made_up}

At two a day only the seven days see a doubling. A centre to which people come in groups has to live with an alert day every
other month: an alert is a question to the centre, never an answer.
"""
