"""31 Follow-up on time."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=31,
    title={"en": "Follow-up", "fr": "Suivi", "fil": "Follow-up"},
    method={
        "en": "Follow-ups done by the seventh day after they were due, of those due in the period and not cancelled.",
        "fr": "Suivis faits au plus tard sept jours après l'échéance, parmi ceux échus dans la période et non annulés.",
        "fil": "Mga follow-up na nagawa sa loob ng pitong araw mula sa takda, sa mga may takda sa panahon at hindi kinansela.",
    },
    series=(
        Series(
            title={"en": "On time", "fr": "À temps", "fil": "Nasa oras"},
            kind="followed",
            measure=Measure.SHARE,
            outcome=True,
            by=(Dimension("FTYPE", "c1", "FollowUpType"),),
        ),
    ),
)

PUBLIC = (share("A", "SITE", INDICATOR.series[0], "fact"),)
