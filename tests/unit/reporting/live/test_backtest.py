"""The watch over the published Honduran series; the page tells the same."""

from pathlib import Path

from cli.data.published import load
from services.reporting.live.backtest import made_up, replay

ROOT = Path(__file__).resolve().parents[4]


def test_the_honduran_series_alerts_as_the_page_says() -> None:
    published = load()
    outcome = replay({month: published.total(month) for month in published.months}, season=False)
    assert len(outcome.grown) == 10
    assert set(outcome.grown) - set(outcome.found) == {"2020-10"}
    assert (len(outcome.calm), outcome.false) == (50, [])
    assert outcome.alert_days == 47
    page = (ROOT / "docs/explanation/surge-watch.md").read_text(encoding="utf-8")
    assert "| days with an alert, all in all | 47 |" in page
    for month in outcome.grown:
        assert f"| {month} | {outcome.months[month]:,} |" in page


def test_a_centre_made_up_sees_a_doubling_and_little_else() -> None:
    busy = made_up(50, centres=4)
    assert busy.days_to_alert == 1.0
    assert busy.false_days_a_year <= 1
    quiet = made_up(2, centres=4)
    assert quiet.days_to_alert_by_week is not None
    assert quiet.days_to_alert_by_week <= 11
