"""22 Unaccompanied and separated children."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import Share, counted, part_and_whole, table

_BY = (Dimension("SEPARATION", "c1", "Separation"),)

INDICATOR = Indicator(
    number=22,
    title={
        "en": "Unaccompanied and separated children",
        "fr": "Enfants non accompagnés et séparés",
        "fil": "Mga batang nag-iisa o nahiwalay",
    },
    method={
        "en": (
            "Children first found on their own in the period, by the day of that assessment; and of those found at least 14 "
            "days before its end, those whose best interests were assessed within 14 days."
        ),
        "fr": (
            "Enfants identifiés seuls pour la première fois dans la période, au jour de cette évaluation ; et, parmi ceux "
            "identifiés 14 jours au moins avant sa fin, ceux dont l'intérêt supérieur a été évalué dans les 14 jours."
        ),
        "fil": (
            "Mga batang unang natukoy na nag-iisa sa panahon, ayon sa araw ng pagtatasa; at sa mga natukoy nang 14 na araw "
            "man lang bago ito matapos, ang mga natasa ang kapakanan sa loob ng 14 na araw."
        ),
    },
    klass="S",
    series=(
        Series(
            letter="a",
            title={"en": "Found", "fr": "Identifiés", "fil": "Natukoy"},
            kind="alone",
            measure=Measure.PERSONS,
            outcome=True,
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Assessed in time", "fr": "Évalués à temps", "fil": "Natasa sa oras"},
            kind="alone",
            measure=Measure.PERSON_SHARE,
            outcome=True,
            only={"c2": ("DUE",)},
            by=_BY,
        ),
    ),
)

PUBLIC = (
    table("A", "SITE", counted(INDICATOR.series[0], "person", "A"), *part_and_whole(INDICATOR.series[1], "person"), shares=(Share(),)),
)
