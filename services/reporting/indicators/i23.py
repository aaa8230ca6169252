"""23 Illegal recruitment: reports."""

from services.reporting.indicators.declaration import Dimension, Indicator, Series
from services.reporting.indicators.published import PublicTable

INDICATOR = Indicator(
    number=23,
    title={"en": "Illegal recruitment", "fr": "Recrutement illégal", "fil": "Ilegal na pangangalap"},
    method={
        "en": "Reports of illegal recruitment by the day of the event. The rate per 100 prospective migrants is not worked out yet.",
        "fr": (
            "Signalements de recrutement illégal selon le jour de l'événement. Le taux pour 100 personnes "
            "projetant de migrer n'est pas encore calculé."
        ),
        "fil": (
            "Mga ulat ng ilegal na pangangalap ayon sa araw ng pangyayari. Hindi pa kinukuwenta ang bilang sa bawat 100 nagbabalak umalis."
        ),
    },
    klass="S",
    series=(
        Series(
            title={"en": "Reports", "fr": "Signalements", "fil": "Mga ulat"},
            kind="incident",
            only={"c1": ("ILLEGAL_RECRUITMENT",)},
            by=(Dimension("DOC", "c3", "Documented"),),
        ),
    ),
)

PUBLIC: tuple[PublicTable, ...] = ()
