"""25 Case flow: opened, reopened, closed, and open at the end."""

from services.reporting.indicators.declaration import Dimension, Indicator, Series
from services.reporting.indicators.published import counted, table
from shared.codes import C4_CASE_TYPES, CaseType

_TOLD = tuple(sorted(set(CaseType) - C4_CASE_TYPES))
_BY = (Dimension("CASE_TYPE", "c2", "CaseType"),)

INDICATOR = Indicator(
    number=25,
    title={"en": "Case flow", "fr": "Flux des dossiers", "fil": "Daloy ng mga kaso"},
    method={
        "en": (
            "Cases opened, reopened and closed in the period, and those open at its end. At one centre, open at the end is open at the "
            "start, and opened, and reopened, less closed, and taken over from other centres less handed to them."
        ),
        "fr": (
            "Dossiers ouverts, rouverts et fermés dans la période, et ouverts à sa fin. Pour un centre, ouverts à la fin vaut ouverts au "
            "début, plus ouverts et rouverts, moins fermés, plus reçus d'autres centres, moins cédés."
        ),
        "fil": (
            "Mga kasong binuksan, muling binuksan at isinara sa panahon, at ang bukas sa dulo nito. Sa isang sentro, ang bukas sa dulo ay "
            "ang bukas sa simula, dagdag ang binuksan at muling binuksan, bawas ang isinara, dagdag ang kinuha, bawas ang inilipat."
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
            kind="open",
            outcome=True,
            window=0,
            by=_BY,
        ),
        Series(
            letter="e",
            title={"en": "Taken over from another centre", "fr": "Reçus d'un autre centre", "fil": "Kinuha mula sa ibang sentro"},
            kind="case",
            outcome=True,
            only={"c1": ("TRANSFERRED",)},
            by=_BY,
        ),
        Series(
            letter="f",
            title={"en": "Handed to another centre", "fr": "Cédés à un autre centre", "fil": "Inilipat sa ibang sentro"},
            kind="handed",
            outcome=True,
            by=_BY,
        ),
    ),
)

_SHOWN = INDICATOR.series[:4]
PUBLIC = (
    table("Q", "SITE", *(counted(each, "fact", each.letter.upper()) for each in _SHOWN)),
    # Which types there are of confidential cases is told nowhere.
    table("A", "CASE_TYPE", *(counted(each, "fact", each.letter.upper(), only={**each.only, "c2": _TOLD}) for each in _SHOWN)),
)
