"""How each language of a page writes numbers, days and periods (CLDR, by babel)."""

from collections.abc import Mapping
from datetime import date
from functools import cache

LANGUAGES = ("en", "fr", "fil")
NATIVE: Mapping[str, str] = {"en": "English", "fr": "Français", "fil": "Filipino"}
D3_LOCALE: Mapping[str, str] = {"en": "en-US", "fr": "fr-FR", "fil": "en-US"}  # d3 has no fil-PH: the same separators

QUARTERS: Mapping[str, str] = {"en": "Quarter {n} of {year}", "fr": "{n}e trimestre {year}", "fil": "Ika-{n} kuwarter ng {year}"}
SHORT_QUARTERS: Mapping[str, str] = {"en": "Q{n} {year}", "fr": "T{n} {year}", "fil": "K{n} {year}"}


@cache
def number(n: float, lang: str) -> str:
    """1,234 in English and Filipino, 1 234 (a narrow space that does not break) in French; at most one decimal."""
    from babel.numbers import format_decimal  # not at every start of a process

    return format_decimal(n, format="#,##0.#", locale=lang)


def percent(part: float, whole: float, lang: str) -> str:
    """Whole per cent, a dash where there is nothing to divide by."""
    return share(round(100 * part / whole), lang) if whole else "–"


def share(value: float, lang: str) -> str:
    """A value that is per cent already, as exact as it was released: 40.4%."""
    from babel.numbers import format_percent

    return format_percent(value / 100, format="#,##0.#\u00a0%" if lang == "fr" else "#,##0.#%", locale=lang)


@cache
def day(when: date, lang: str) -> str:
    """2 November 2026."""
    from babel.dates import format_date

    return format_date(when, "d MMMM y" if lang != "fil" else "MMMM d, y", locale=lang)


@cache
def month(period: str, lang: str) -> str:
    """2026-07 in words: July 2026."""
    from babel.dates import format_date

    return format_date(_first(period), "MMMM y", locale=lang)


@cache
def short_month(period: str, lang: str) -> str:
    """2026-07 as an axis names it; January brings its whole year."""
    from babel.dates import format_date

    return format_date(_first(period), "MMM y" if period.endswith("-01") else "MMM yy", locale=lang)


def period(text: str, lang: str, *, short: bool = False) -> str:
    """A month, quarter or year in words."""
    if "Q" in text:
        if short:
            return SHORT_QUARTERS[lang].format(n=text[6], year=text[:4])
        told = QUARTERS[lang].format(n=text[6], year=text[:4])
        return told.replace("1e ", "1er ", 1) if lang == "fr" else told
    if len(text) == 4:
        return text
    return short_month(text, lang) if short else month(text, lang)


def _first(text: str) -> date:
    return date(int(text[:4]), int(text[5:]), 1)
