"""32 Training: enrolled, completed, learned."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import Share, counted, table

_BY = (Dimension("COURSE", "c1", "Course"), Dimension("SUBC", "c2", "SubCommittee"))

INDICATOR = Indicator(
    number=32,
    title={"en": "Training", "fr": "Formation", "fil": "Pagsasanay"},
    method={
        "en": "Clients enrolled in trainings held in the period, and those who completed them; what their scores gained on average.",
        "fr": "Clients inscrits aux formations tenues dans la période et ceux qui les ont achevées ; progrès moyen de leurs scores.",
        "fil": "Mga kliyenteng nagpatala sa pagsasanay na idinaos sa panahon, at mga nakatapos; karaniwang pag-angat ng marka.",
    },
    series=(
        Series(
            letter="a",
            title={"en": "Completed", "fr": "Achevée", "fil": "Nakatapos"},
            kind="trained",
            measure=Measure.PERSON_SHARE,
            outcome=True,
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Gain", "fr": "Progrès", "fil": "Pag-angat"},
            kind="trained",
            measure=Measure.MEAN,
            outcome=True,
            by=_BY,
        ),
    ),
)

_TRAINED = INDICATOR.series[0]
_ENROLLED = counted(_TRAINED, "person", "A")
_COMPLETED = counted(_TRAINED, "person", "B", narrowed={"good": ("true",)})
_BOTH = (Share(part="B", whole="A", code="PCT"),)
PUBLIC = (
    table("A", "COURSE SEX", _ENROLLED, _COMPLETED, shares=_BOTH),
    table("A", "SITE SEX", _ENROLLED, _COMPLETED, shares=_BOTH),
)
