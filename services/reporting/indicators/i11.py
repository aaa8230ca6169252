"""11 Distress returns, of all returns."""

from typing import Any

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=11,
    title={"en": "Distress returns", "fr": "Retours en détresse", "fil": "Mga pagbabalik na nasa kagipitan"},
    method={
        "en": "Returns in distress, of all returns by their date.",
        "fr": "Retours en détresse, sur l'ensemble des retours selon leur date.",
        "fil": "Mga pagbabalik na nasa kagipitan, sa lahat ng pagbabalik ayon sa petsa.",
    },
    series=(
        Series(
            title={"en": "In distress", "fr": "En détresse", "fil": "Nasa kagipitan"},
            kind="distress",
            measure=Measure.SHARE,
            outcome=True,
            by=(Dimension("COUNTRY", "c1", "Country"), Dimension("REASON", "c2", "ReturnReason")),
        ),
    ),
)

# Of the facts themselves, so that the gate sees the whole of this share as the returns of indicator 10.
_PART: dict[str, Any] = {"kind": "return", "outcome": False, "narrowed": {"c3": ("YES",)}}
PUBLIC = (share("A", "COUNTRY", INDICATOR.series[0], "fact", **_PART), share("A", "AREA SEX", INDICATOR.series[0], "fact", **_PART))
