"""Key figures, and the sentences with numbers that a bulletin opens with. Pure: templates and figures, no free text."""

from collections.abc import Mapping, Sequence

from services.reporting.documents.content import Table, told
from services.reporting.documents.sheet import Key, Sheet
from services.reporting.documents.shelf import SHARE, figure, main_measure, year_before
from services.reporting.exports.cube import frequency
from services.reporting.pages.charts import LAST
from services.reporting.pages.released import Released
from services.reporting.pages.words import number, percent, period, share

MOST = 6
NONE = "–"

# Name, and by frequency the table and series that has it; the first six that a release has.
KEYS: Sequence[tuple[str, Mapping[str, tuple[str, str | None]]]] = (
    ("k01", {"Q": ("I01B", None), "A": ("I01C", None)}),
    ("k02", {"Q": ("I02A", None), "A": ("I02B", None)}),
    ("k03", {"Q": ("I03A", None)}),
    ("k10", {"Q": ("I10A", None), "A": ("I10C", None)}),
    ("k30", {"Q": ("I30A", "B"), "A": ("I30B", None)}),
    ("k37", {"Q": ("I37A", SHARE), "A": ("I37B", SHARE)}),
    ("k09", {"Q": ("I09A", None), "A": ("I09C", None)}),
    ("k16", {"Q": ("I16B", None)}),
    ("k07", {"A": ("I07A", None)}),
    ("k17", {"A": ("I17A", None)}),
)


def keys(sheet: Sheet) -> list[Key]:
    """Six figures, each against the same period of the year before."""
    found = []
    for name, where in KEYS:
        if (place := where.get(frequency(sheet.period))) and (table := sheet.shelf.table(place[0], sheet.period)):
            found.append(key(sheet, table, sheet.texts[name], place[1]))
    return found[:MOST]


def compared(sheet: Sheet, found: Sequence[Key]) -> Table:
    """The same as a table."""
    t = sheet.texts
    head = (t["indicator"], period(sheet.period, sheet.lang), period(year_before(sheet.period), sheet.lang), t["change"])
    return Table(head, [(each.name, each.value, each.before, each.moved) for each in found])


def key(sheet: Sheet, table: Released, name: str, measure: str | None = None, **codes: str) -> Key:
    """A figure of a table against the year before: no arrow, and no change, if either is suppressed or there is no year before."""
    t, code = sheet.texts, main_measure(table) if measure is None else measure
    now, earlier = figure(table, code, **codes), sheet.shelf.table(table.name, year_before(table.period))
    if earlier is None:
        return Key(name, told(now, code, sheet.lang), NONE, NONE, t["no_year_before"])
    before = figure(earlier, code, **codes)
    if now is None or before is None or (before == 0 and code != SHARE):
        return Key(name, told(now, code, sheet.lang), told(before, code, sheet.lang), NONE, t["not_compared"])
    step = now - before if code == SHARE else round(100 * (now - before) / before)
    moved = (
        t["points"].format(n=_signed(step, number(abs(step), sheet.lang))) if code == SHARE else _signed(step, share(abs(step), sheet.lang))
    )
    said = t["against"].format(n=moved)
    return Key(name, told(now, code, sheet.lang), told(before, code, sheet.lang), moved, said, step > 0 if step else None)


def findings(sheet: Sheet) -> list[str]:
    """Three sentences: how many came, who they were, what they were given."""
    t, lang = sheet.texts, sheet.lang
    annual = frequency(sheet.period) == "A"
    said: list[str] = []
    clients = sheet.shelf.table("I01C" if annual else "I01B", sheet.period)
    if clients and (total := figure(clients)):
        said.append(_clients(sheet, clients, total))
        if women := figure(clients, SEX="F"):
            said.append(t["f_women"].format(share=percent(women, total, lang)))
    if services := sheet.shelf.table("I30A", sheet.period):
        said += _leader(sheet, services, "SERVICE", "f_service")
    gone, back = (sheet.shelf.table(name, sheet.period) for name in (("I09C", "I10C") if annual else ("I09A", "I10A")))
    if gone and back and (left := figure(gone)) and (came := figure(back)):
        said.append(t["f_moves"].format(left=number(left, lang), back=number(came, lang)))
    if clients:
        said += _leader(sheet, clients, "REF_AREA", "f_area")
    return said[:3]


def _clients(sheet: Sheet, table: Released, total: float) -> str:
    t, n = sheet.texts, number(total, sheet.lang)
    earlier = sheet.shelf.table(table.name, year_before(table.period))
    if earlier is None or not (last := figure(earlier)):
        return t["f_clients"].format(n=n)
    name = "f_clients_more" if total > last else "f_clients_less" if total < last else "f_clients_same"
    return t[name].format(n=n, share=percent(abs(total - last), last, sheet.lang))


def _leader(sheet: Sheet, table: Released, name: str, text: str) -> list[str]:
    axis = table.axis(name)
    known = {code: n for code in axis.parts if code not in LAST and (n := figure(table, **{name: code}))} if axis else {}
    if axis is None or not known:
        return []
    best = max(known, key=lambda code: known[code])
    return [sheet.texts[text].format(one=axis.labels[best], n=number(known[best], sheet.lang))]


def _signed(step: float, said: str) -> str:
    return f"{'+' if step > 0 else '−' if step < 0 else '±'}{said}"
