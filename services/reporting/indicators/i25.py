"""25 Case flow: opened, reopened, closed, and open at the end."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series

_BY = (Dimension("CASE_TYPE", "c2", "CaseType"),)

INDICATOR = Indicator(
    number=25,
    title={"en": "Case flow", "fr": "Flux des dossiers", "fil": "Daloy ng mga kaso"},
    method={
        "en": (
            "Cases opened, reopened and closed in the period, and those open at its end. Transfers between centres are not told apart yet."
        ),
        "fr": (
            "Dossiers ouverts, rouverts et fermés dans la période, et ouverts à sa fin. Les transferts entre "
            "centres ne sont pas encore distingués."
        ),
        "fil": (
            "Mga kasong binuksan, muling binuksan at isinara sa panahon, at ang bukas sa dulo nito. Hindi pa "
            "hiwalay ang paglipat ng sentro."
        ),
    },
    series=(
        Series(
            letter="a",
            title={"en": "Opened", "fr": "Ouverts", "fil": "Binuksan"},
            kind="case",
            outcome=True,
            only={"c1": ("OPENED",)},
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Reopened", "fr": "Rouverts", "fil": "Muling binuksan"},
            kind="case",
            outcome=True,
            only={"c1": ("REOPENED",)},
            by=_BY,
        ),
        Series(
            letter="c",
            title={"en": "Closed", "fr": "Fermés", "fil": "Isinara"},
            kind="case",
            outcome=True,
            only={"c1": ("CLOSED",)},
            by=_BY,
        ),
        Series(
            letter="d",
            title={"en": "Open at the end", "fr": "Ouverts à la fin", "fil": "Bukas sa dulo"},
            kind="case",
            measure=Measure.STOCK,
            outcome=True,
            window=0,
            by=_BY,
        ),
    ),
)
