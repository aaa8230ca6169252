"""The texts of the internal dashboard in English, French and Filipino, and how each language writes numbers and months."""

import csv
from collections.abc import Mapping
from importlib.resources import files

LANGUAGES = ("en", "fr", "fil")
D3_LOCALE: Mapping[str, str] = {"en": "en-US", "fr": "fr-FR", "fil": "en-US"}  # d3 has no fil-PH: the same separators

_MONTHS: Mapping[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fil": "Enero Pebrero Marso Abril Mayo Hunyo Hulyo Agosto Setyembre Oktubre Nobyembre Disyembre",
}
_SHORT: Mapping[str, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "fil": "Ene Peb Mar Abr May Hun Hul Ago Set Okt Nob Dis",
}


def _read() -> dict[str, dict[str, str]]:
    table = csv.DictReader(files(__package__).joinpath("texts.csv").read_text(encoding="utf-8").splitlines())
    rows = list(table)
    return {lang: {row["key"]: row[lang] for row in rows} for lang in LANGUAGES}


TEXTS: Mapping[str, Mapping[str, str]] = _read()
"""language -> key -> text; texts.csv beside this file"""


def number(n: float, lang: str) -> str:
    """1,234 in English and Filipino, 1 234 (a narrow space that does not break) in French."""
    text = f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def percent(part: float, whole: float, lang: str) -> str:
    """Whole per cent, a dash where there is nothing to divide by."""
    if not whole:
        return "–"
    share = round(100 * part / whole)
    return f"{share}\u202f%" if lang == "fr" else f"{share}%"


def month(period: str, lang: str) -> str:
    """2026-07 in words: July 2026."""
    year, number_of = period.split("-")
    return f"{_MONTHS[lang].split()[int(number_of) - 1]} {year}"


def short_month(period: str, lang: str) -> str:
    """2026-07 as an axis names it; January brings its year."""
    year, number_of = period.split("-")
    name = _SHORT[lang].split()[int(number_of) - 1]
    return f"{name} {year}" if number_of == "01" else f"{name} {year[2:]}"
