"""38 Acceptance of referrals."""

from typing import Any

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, share, table
from shared.codes import DeclineReason

INDICATOR = Indicator(
    number=38,
    title={"en": "Referrals accepted", "fr": "Référencements acceptés", "fil": "Mga tinanggap na referral"},
    method={
        "en": "Of the referrals sent in the period and not withdrawn before an answer: accepted within 14 days after its end.",
        "fr": "Parmi les référencements envoyés et non retirés avant réponse : acceptés dans les 14 jours suivant la période.",
        "fil": "Sa mga ipinadala at hindi binawi bago sagutin: tinanggap sa loob ng 14 araw matapos ang panahon.",
    },
    series=(
        Series(
            title={"en": "Accepted", "fr": "Acceptés", "fil": "Tinanggap"},
            kind="referral",
            measure=Measure.ACCEPTED,
            by=(
                Dimension("SERVICE", "c1", "ServiceCode"),
                Dimension("ORG", "c3", "Agency"),
                Dimension("PRIORITY", "c5", "Priority"),
                Dimension("REASON", "declined_for", "DeclineReason"),
            ),
            only={"c2": ("OUT",)},
        ),
    ),
)

_REASONS = tuple(DeclineReason)
# As an item is judged two weeks after the period, whichever it is.
_SENT: dict[str, Any] = {"kind": "sent", "outcome": True, "only": {}}
_REASON = Dimension("REASON", "c2", "DeclineReason")
_DECLINED = counted(INDICATOR.series[0], "fact", **_SENT | {"only": {"c2": _REASONS}, "dimensions": {"REASON": _REASON}})
PUBLIC = (
    share("A", "SERVICE", INDICATOR.series[0], "fact", **_SENT),
    table("A", "REASON", _DECLINED, title={"en": "Declined", "fr": "Déclinés", "fil": "Tinanggihan"}),
)
