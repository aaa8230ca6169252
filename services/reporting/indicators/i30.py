"""30 Services: given by the centre, or by whom it referred to; the same delivery never twice."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

_BY = (
    Dimension("SERVICE", "c1", "ServiceCode"),
    Dimension("SUBC", "c2", "SubCommittee"),
    Dimension("VIA", "c3"),
    Dimension("UNIT", "c4", "Unit"),
    Dimension("WELL", "c6", "Well"),
)
_MARGINS = ("SERVICE", "SUBC", "VIA")

INDICATOR = Indicator(
    number=30,
    title={"en": "Services", "fr": "Services", "fil": "Mga serbisyo"},
    method={
        "en": "Services by the day they were given, directly or by referral. Confidential ones show as psychosocial support.",
        "fr": "Services au jour où ils ont été rendus, directement ou par référencement ; les confidentiels en soutien psychosocial.",
        "fil": "Mga serbisyo sa araw na ibinigay, tuwiran o sa referral. Ang mga kompidensiyal ay nasa suportang psychosocial.",
    },
    series=(
        Series(
            letter="a",
            title={"en": "Services", "fr": "Services", "fil": "Serbisyo"},
            kind="service",
            by=_BY,
            margins=_MARGINS,
        ),
        Series(
            letter="b",
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="service",
            measure=Measure.PERSONS,
            by=_BY,
        ),
        Series(
            letter="c",
            title={"en": "Units", "fr": "Unités", "fil": "Yunit"},
            kind="service",
            measure=Measure.QTY,
            by=_BY,
        ),
    ),
)

_SERVICES, _SERVED, _ = INDICATOR.series
PUBLIC = (
    table("Q", "SITE SERVICE", counted(_SERVICES, "fact", "A"), counted(_SERVED, "person", "B")),
    table("A", "SUBC SEX", counted(_SERVED, "person")),
    table("A", "WELL SEX", counted(_SERVED, "person")),
)
