"""02 Active clients."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=2,
    title={"en": "Active clients", "fr": "Clients actifs", "fil": "Mga aktibong kliyente"},
    method={
        "en": (
            "Persons with a registration, an encounter, a service, a training or a night in a shelter in the period, each once in "
            "a cell: months do not add up to a quarter."
        ),
        "fr": (
            "Personnes avec un enregistrement, un contact, un service, une formation ou une nuitée dans la période, une seule fois par "
            "cellule : les mois ne s'additionnent pas."
        ),
        "fil": (
            "Mga taong may pagpaparehistro, pakikipag-ugnayan, serbisyo, pagsasanay o gabi sa tirahan sa panahon, minsan sa bawat selda: "
            "hindi napagsasama ang mga buwan."
        ),
    },
    series=(
        Series(
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="active",
            measure=Measure.PERSONS,
            outcome=True,
            by=(Dimension("SERVICE", "c1", "ServiceCode"),),
        ),
    ),
)

_ACTIVE = counted(INDICATOR.series[0], "person")
PUBLIC = (table("Q", "SITE SEX A5", _ACTIVE), table("A", "AREA TYPE SEX", _ACTIVE))
