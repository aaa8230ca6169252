"""The live board speaks the reader's language: no code of ours stands on it, and numbers are written as elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.reporting.live.board_page import TEXTS, Freshness, page
from services.reporting.live.watch import Level

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)


LOCALES = [("en", "12,345", "2.5"), ("fr", "12\u202f345", "2,5"), ("fil", "12,345", "2.5")]


@pytest.mark.parametrize(("lang", "thousands", "decimal"), LOCALES)
def test_levels_and_windows_are_words_and_numbers_are_of_the_language(lang: str, thousands: str, decimal: str) -> None:
    alert: dict[str, Any] = {"centre": "PH-ANT-01", "metric": "arrivals", "x": 12345, "lambda": 2.5, "threshold": 10.0, "first_seen": NOW}
    alerts = [alert | {"level": level.value, "span": span, "acknowledged_by": None} for level in Level for span in ("24h", "7d", "48h")]
    row = {"centre": "PH-ANT-01", "metric": "arrivals", "point": "Trojes", "hour": 1, "six": 2, "day": 12345}
    text, _ = page(lang, NOW, Freshness(0, NOW, NOW, NOW), [("PH-ANT-01", "Antique")], [row], alerts)
    for code in (*Level, "24h", "7d", "48h"):
        assert f">{code}</td>" not in text
        assert f">{TEXTS[lang][code]}</td>" in text
    assert text.count(f">{thousands}</td>") == len(alerts) + 2
    assert f">{decimal}</td>" in text


def test_every_text_is_there_in_every_language() -> None:
    assert TEXTS["en"].keys() == TEXTS["fr"].keys() == TEXTS["fil"].keys()
