"""34 Shelter."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import Counted, Share, counted, table

_BY = (Dimension("UNIT_KIND", "c1", "UnitKind"),)

INDICATOR = Indicator(
    number=34,
    title={"en": "Shelter", "fr": "Hébergement", "fil": "Tirahan"},
    method={
        "en": (
            "Nights slept in units that are no safe houses, of the nights that their beds offer; middle length of the stays "
            "that ended; least room a person. Nights are local dates between arrival and exit."
        ),
        "fr": (
            "Nuits passées dans les unités autres que les refuges, sur les nuits offertes ; durée médiane des séjours "
            "terminés ; plus petite surface par personne. Les nuits sont des dates locales entre arrivée et sortie."
        ),
        "fil": (
            "Mga gabing ginugol sa mga yunit na hindi ligtas na bahay, sa mga gabing iniaalok; gitnang tagal ng natapos na "
            "pananatili; pinakamaliit na lugar bawat tao. Ang gabi ay petsang lokal mula pagdating hanggang pag-alis."
        ),
    },
    series=(
        Series(
            letter="a",
            title={"en": "Bed-nights used", "fr": "Nuitées", "fil": "Mga gabing ginamit"},
            kind="nights",
            measure=Measure.TOTAL,
            outcome=True,
            window=0,
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Length of stay", "fr": "Durée du séjour", "fil": "Tagal ng pananatili"},
            kind="slept",
            measure=Measure.DURATION,
            outcome=True,
            by=_BY,
        ),
        Series(
            letter="c",
            title={"en": "Least room a person", "fr": "Plus petite surface par personne", "fil": "Pinakamaliit na lugar bawat tao"},
            kind="room",
            measure=Measure.LOWEST,
            outcome=True,
            by=_BY,
        ),
    ),
)

_NIGHTS, _STAYS, _ROOM = INDICATOR.series
PUBLIC = (
    table(
        "Q",
        "SITE",
        counted(_NIGHTS, "person", "NUM", "sum"),
        # Out of the region file: beds are no fact of anybody.
        Counted(code="DEN", kind="beds", unit="fact", figure="plain", dimensions=_NIGHTS.dimensions),
        counted(_STAYS, "fact", "MEDIAN", "median"),
        counted(_ROOM, "fact", "LOWEST", "lowest"),
        shares=(Share(),),
    ),
)
