"""16 Transit arrivals: observed and registered, two series that are never added."""

from services.reporting.indicators.declaration import NAT, Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

POINT = Dimension("POINT", "c1")
MODE = Dimension("MODE", "c2", "TransportMode", many=True)

INDICATOR = Indicator(
    number=16,
    title={"en": "Transit arrivals", "fr": "Arrivées en transit", "fil": "Mga dumating na nasa biyahe"},
    method={
        "en": "Observed: heads counted in groups that passed. Registered: arrivals of clients, one for each episode.",
        "fr": "Observées : personnes comptées dans les groupes de passage. Enregistrées : arrivées des clients, une par épisode.",
        "fil": "Naobserbahan: bilang ng tao sa mga dumaang grupo. Nakarehistro: pagdating ng kliyente, isa sa bawat yugto.",
    },
    series=(
        Series(
            letter="a",
            title={"en": "Observed", "fr": "Observées", "fil": "Naobserbahan"},
            kind="group",
            measure=Measure.QTY,
            by=(NAT, POINT, MODE),
            margins=("NAT",),
        ),
        Series(
            letter="b",
            title={"en": "Registered", "fr": "Enregistrées", "fil": "Nakarehistro"},
            kind="transit",
            by=(NAT, POINT, MODE, Dimension("TRAVEL_GROUP", "c3", "TravelGroup"), Dimension("COUNTRY", "c5", "Country")),
            margins=("NAT",),
        ),
    ),
)

_OBSERVED, _REGISTERED = INDICATOR.series
PUBLIC = (
    table("M", "SITE SEX A2", counted(_OBSERVED, "group", "A"), counted(_REGISTERED, "fact", "B")),
    table("Q", "NAT SEX A2", counted(_REGISTERED, "fact")),
    table("Q", "SITE MODE", counted(_OBSERVED, "group")),
)
