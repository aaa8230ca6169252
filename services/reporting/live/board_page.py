"""The live board as a page: one file, nothing is loaded, nothing needs a script; it loads itself anew every half minute."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.reporting.live.sources import METRICS
from services.reporting.pages.words import number

REFRESH_S: Final = 30
LATE_S: Final = 60
"""A board that was not written for so long says so."""

_templates = Environment(
    loader=PackageLoader("services.reporting.live"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_style = Markup(_templates.get_template("live.css").render())  # noqa: S704  # our own file
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()
POLICY: Final = f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Freshness:
    """waiting: records published and not counted here; recorded_at: of the last record; looked_at: when the process last wrote;
    counted_until: until when the figures themselves are complete."""

    waiting: int
    recorded_at: datetime | None
    looked_at: datetime | None
    counted_until: datetime | None

    def late(self, now: datetime) -> bool:
        return self.looked_at is None or (now - self.looked_at).total_seconds() > LATE_S


def page(
    lang: str,
    now: datetime,
    fresh: Freshness,
    centres: Sequence[tuple[str, str]],
    rows: Sequence[Mapping[str, Any]],
    alerts: Sequence[Mapping[str, Any]],
) -> tuple[str, str]:
    """HTML, and the policy that goes with it. rows: of shown.sql; alerts: of alerts.sql; centres: (code, name) in scope."""
    sums: dict[tuple[str, str], list[int]] = {}
    points: dict[str, list[tuple[str, str, int]]] = {}
    for row in rows:
        held = sums.setdefault((row["centre"], row["metric"]), [0, 0, 0])
        for place, name in enumerate(("hour", "six", "day")):
            held[place] += row[name]
        if row["point"]:
            points.setdefault(row["centre"], []).append((row["point"], row["metric"], row["day"]))
    boards = [
        (code, name, [(metric, *sums.get((code, metric), [0, 0, 0])) for metric in METRICS], points.get(code, [])) for code, name in centres
    ]
    text = _templates.get_template("live.html").render(
        t=TEXTS[lang], lang=lang, style=_style, now=_utc(now), refresh=REFRESH_S, fresh=fresh, late=fresh.late(now), utc=_utc,
        boards=boards, alerts=alerts, names=dict(centres), languages=LANGUAGES, number=lambda n: number(n, lang),
    )  # fmt: skip
    return text, POLICY


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else "–"


LANGUAGES: Final = (("en", "English"), ("fr", "Français"), ("fil", "Filipino"))
TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Live board", "internal": "Internal", "warning": "True counts, not for publication. Advisory: they may be short or "
        "double; figures are taken from the statistics alone.", "fresh": "Freshness", "as_of": "Page made", "waiting": "Records that wait",
        "recorded": "Last record", "looked": "Board written", "counted": "Figures complete until", "stale": "The board is not being "
        "written: what you see is old.", "current": "The board is current.", "alerts": "Alerts", "none": "No alert.",
        "centre": "Centre", "what": "What", "window": "Window", "count": "Count", "expected": "Expected", "limit": "Limit",
        "level": "Level", "since": "Since", "seen_by": "Acknowledged by", "hour": "1 h", "six": "6 h", "day": "24 h",
        "24h": "24 hours", "7d": "7 days", "48h": "48 hours", "point": "Point",
        "on_the_way": "On the way, last 24 h", "utc": "Times are UTC. This page loads itself anew every half minute.",
        "skip": "To the counts", "language": "Language",
        "WATCH": "Watch", "CONFIRMED": "Confirmed", "CRITICAL": "Critical", "SILENCE": "Silence",
        "registrations": "Registrations", "arrivals": "Arrivals on the way", "observed": "Persons observed", "urgent": "Urgent screenings",
        "stays": "Shelter stays begun", "encounters": "Encounters", "services": "Services", "referral_answers": "Referrals answered",
    },
    "fr": {
        "title": "Tableau en direct", "internal": "Interne", "warning": "Comptes exacts, non publiables. À titre indicatif : ils peuvent "
        "être incomplets ou doubles ; les chiffres viennent des seules statistiques.", "fresh": "Fraîcheur", "as_of": "Page produite",
        "waiting": "Enregistrements en attente", "recorded": "Dernier enregistrement", "looked": "Tableau écrit",
        "counted": "Chiffres complets jusqu'à", "stale": "Le tableau n'est plus écrit : ce que vous voyez est ancien.",
        "current": "Le tableau est à jour.", "alerts": "Alertes", "none": "Aucune alerte.", "centre": "Centre", "what": "Objet",
        "window": "Fenêtre", "count": "Compte", "expected": "Attendu", "limit": "Limite", "level": "Niveau", "since": "Depuis",
        "seen_by": "Pris en charge par", "hour": "1 h", "six": "6 h", "day": "24 h", "point": "Point",
        "24h": "24 heures", "7d": "7 jours", "48h": "48 heures",
        "on_the_way": "En route, dernières 24 h", "utc": "Heures UTC. Cette page se recharge toutes les demi-minutes.",
        "skip": "Aux comptes", "language": "Langue",
        "WATCH": "À surveiller", "CONFIRMED": "Confirmée", "CRITICAL": "Critique", "SILENCE": "Silence",
        "registrations": "Enregistrements", "arrivals": "Arrivées en route", "observed": "Personnes observées",
        "urgent": "Évaluations urgentes", "stays": "Hébergements commencés", "encounters": "Contacts", "services": "Services",
        "referral_answers": "Référencements avec réponse",
    },
    "fil": {
        "title": "Live na talaan", "internal": "Panloob", "warning": "Tunay na bilang, hindi para ilathala. Gabay lamang: maaaring kulang "
        "o doble; sa estadistika lamang kinukuha ang mga bilang.", "fresh": "Pagkasariwa", "as_of": "Ginawa ang pahina",
        "waiting": "Naghihintay na tala", "recorded": "Huling tala", "looked": "Isinulat ang talaan",
        "counted": "Kumpleto ang bilang hanggang", "stale": "Hindi na isinusulat ang talaan: luma ang nakikita mo.",
        "current": "Napapanahon ang talaan.", "alerts": "Mga babala", "none": "Walang babala.", "centre": "Sentro", "what": "Ano",
        "window": "Saklaw", "count": "Bilang", "expected": "Inaasahan", "limit": "Hangganan", "level": "Antas", "since": "Mula",
        "seen_by": "Tinanggap ni", "hour": "1 oras", "six": "6 oras", "day": "24 oras", "point": "Lugar",
        "24h": "24 oras", "7d": "7 araw", "48h": "48 oras",
        "on_the_way": "Nasa daan, huling 24 oras", "utc": "UTC ang oras. Kusang nagre-reload ang pahina bawat kalahating minuto.",
        "skip": "Sa mga bilang", "language": "Wika",
        "WATCH": "Bantayan", "CONFIRMED": "Tiyak na", "CRITICAL": "Malubha", "SILENCE": "Walang dumarating",
        "registrations": "Pagpaparehistro", "arrivals": "Dumating sa daan", "observed": "Taong naobserbahan",
        "urgent": "Agarang pagsusuri", "stays": "Sinimulang pagtuloy", "encounters": "Pakikipag-ugnayan", "services": "Serbisyo",
        "referral_answers": "Nasagot na referral",
    },
}  # fmt: skip
