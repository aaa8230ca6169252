"""The released tables that a document is made of, of its own release and of those before it; nothing else is at hand. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from services.reporting.exports.cube import days, frequency
from services.reporting.pages.released import Released

SHARE = "PCT"


class Shelf:
    """files: of each release its frozen files by name; only the tables with words in one language are read."""

    def __init__(self, files: Iterable[Mapping[str, bytes]], lang: str) -> None:
        end = ".json" if lang == "en" else f".{lang}.json"
        self.lang = lang
        self._tables: dict[tuple[str, str], Released] = {}
        for release in files:
            for name, content in release.items():
                # `I01B.json` is English, `I01B.fr.json` French, `I01B.csv-metadata.json` no table.
                if name.endswith(end) and "." not in name.removesuffix(end):
                    found = Released.read(content, lang)
                    self._tables[found.name, found.period] = found

    def table(self, name: str, period: str) -> Released | None:
        return self._tables.get((name, period))

    def latest(self, name: str) -> Released | None:
        """Of the newest period that there is."""
        found = [table for (each, _), table in self._tables.items() if each == name]
        return max(found, key=lambda table: days(table.period)[1], default=None)

    def of(self, indicators: Sequence[int]) -> list[Released]:
        """The newest of each table of some indicators, by name."""
        names = sorted({name for name, _ in self._tables if int(name[1:3]) in indicators})
        return [table for name in names if (table := self.latest(name))]


def main_measure(table: Released) -> str:
    """The series that stands for a table: the share, if it has one, else the first."""
    return SHARE if table.percent else table.measures[0]


def figure(table: Released, measure: str | None = None, **codes: str) -> float | None:
    """A figure at some codes and the totals of the rest; None if it is suppressed, or if the table has no such cell."""
    at = {"MEASURE": main_measure(table) if measure is None else measure} | codes
    try:
        return table.value(at)
    except KeyError:
        return None


def year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def needed(period: str) -> tuple[str, ...]:
    """Periods whose releases the documents of a period look at: the year before; the newest years; for a month also the twelve
    up to it and the newest quarters."""
    year = int(period[:4])
    years = [str(each) for each in range(year - 3, year + 1)]
    if frequency(period) == "A":
        return tuple(years[:-1])
    found = [year_before(period), *years]
    if frequency(period) == "M":
        month = year * 12 + int(period[5:]) - 1
        found += [f"{n // 12}-{n % 12 + 1:02d}" for n in range(month - 11, month)]
        found += [f"{n // 4}-Q{n % 4 + 1}" for n in range(month // 3 - 6, month // 3 + 1)]
    return tuple(dict.fromkeys(found))
