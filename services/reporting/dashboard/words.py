"""The texts of the internal dashboard in English, French and Filipino."""

from collections.abc import Mapping

from services.reporting.pages.text import read

TEXTS: Mapping[str, Mapping[str, str]] = read(__package__)
"""language -> key -> text; texts.csv beside this file"""
