"""The texts of documents in English, French and Filipino."""

import csv
from collections.abc import Mapping
from importlib.resources import files

from services.reporting.pages.words import LANGUAGES


def _read() -> dict[str, dict[str, str]]:
    rows = list(csv.DictReader(files(__package__).joinpath("texts.csv").read_text(encoding="utf-8").splitlines()))
    return {lang: {row["key"]: row[lang] for row in rows} for lang in LANGUAGES}


TEXTS: Mapping[str, Mapping[str, str]] = _read()
"""language -> key -> text; texts.csv beside this file"""
