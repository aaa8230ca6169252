"""40 Client voice (ARTA's form) and complaints."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import Frequency, PublicTable, counted, lettered, part_and_whole, table

_BY = (Dimension("SERVICE", "c1", "ServiceCode"),)

INDICATOR = Indicator(
    number=40,
    title={"en": "Client voice", "fr": "Voix des clients", "fil": "Tinig ng kliyente"},
    method={
        "en": (
            "Satisfied with the service (4 or 5), of the forms that say so; mean of the other answers; "
            "complaints resolved in time, of those due in the period."
        ),
        "fr": (
            "Satisfaits du service (4 ou 5), parmi les formulaires qui le disent ; moyenne des autres réponses ; "
            "plaintes résolues à temps, parmi les échues."
        ),
        "fil": (
            "Nasiyahan sa serbisyo (4 o 5), sa mga nagsabi; karaniwan ng ibang sagot; mga reklamong nalutas sa "
            "oras, sa mga may takda sa panahon."
        ),
    },
    series=(
        Series(
            letter="a",
            title={"en": "Satisfied", "fr": "Satisfaits", "fil": "Nasiyahan"},
            kind="satisfied",
            measure=Measure.SHARE,
            outcome=True,
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Quality", "fr": "Qualité", "fil": "Kalidad"},
            kind="satisfied",
            measure=Measure.MEAN,
            outcome=True,
            by=_BY,
        ),
        Series(
            letter="c",
            title={"en": "Complaints resolved in time", "fr": "Plaintes résolues à temps", "fil": "Reklamong nalutas sa oras"},
            kind="resolved",
            measure=Measure.SHARE,
            outcome=True,
            by=_BY,
        ),
    ),
)

_SATISFIED, _QUALITY, _RESOLVED = INDICATOR.series


def _voice(frequency: Frequency, by: str) -> PublicTable:
    return table(
        frequency, by, *part_and_whole(_SATISFIED, "fact", "A"), counted(_QUALITY, "fact", "MEAN", "mean"),
        *part_and_whole(_RESOLVED, "fact", "C"), shares=(lettered("A"), lettered("C")),
    )  # fmt: skip


PUBLIC = (_voice("Q", "SITE"), _voice("A", "SERVICE"))
