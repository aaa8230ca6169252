"""The words of public pages in English, French and Filipino: texts.csv beside this file."""

import csv
from collections.abc import Mapping
from importlib.resources import files

from services.reporting.pages.words import LANGUAGES


def read(package: str) -> dict[str, dict[str, str]]:
    """Language -> key -> text, of a package's texts.csv."""
    rows = list(csv.DictReader(files(package).joinpath("texts.csv").read_text(encoding="utf-8").splitlines()))
    return {lang: {row["key"]: row[lang] for row in rows} for lang in LANGUAGES}


TEXTS: Mapping[str, Mapping[str, str]] = read(__package__)
