"""29 Caseload: internal, over all cases, with or without consent."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import PublicTable

INDICATOR = Indicator(
    number=29,
    title={"en": "Caseload", "fr": "Charge de dossiers", "fil": "Dami ng kaso"},
    method={
        "en": (
            "Open cases at the end of the period by the worker who answers for them: mean, maximum, and workers by their "
            "number of cases. A worker without an open case is not known here."
        ),
        "fr": (
            "Dossiers ouverts à la fin de la période par responsable : moyenne, maximum, et responsables selon leur nombre de "
            "dossiers. Un responsable sans dossier ouvert n'est pas connu ici."
        ),
        "fil": (
            "Mga bukas na kaso sa dulo ng panahon ayon sa may hawak: karaniwan, pinakamarami, at mga tauhan ayon sa dami ng "
            "kaso. Hindi alam dito ang tauhang walang bukas na kaso."
        ),
    },
    klass="I",
    series=(
        Series(
            title={"en": "Open cases by worker", "fr": "Dossiers ouverts par responsable", "fil": "Bukas na kaso bawat tauhan"},
            kind="load",
            measure=Measure.CASELOAD,
            outcome=True,
            window=0,
            by=(Dimension("WORKER", "c1"),),
        ),
    ),
)

PUBLIC: tuple[PublicTable, ...] = ()
