"""The counted people of the published tables as the registrations that a centre app would send.

Each person's ids follow from the month and the place in it alone, so a second run sends the same commands under the
same idempotency keys, and no figure changes.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from cli.data import published

CENTRES = ("HN-EP-01", "HN-CH-01")
POINTS = {"HN-EP-01": "Las Manos", "HN-CH-01": "Guasaule"}
SEX = {"men": "M", "boys": "M", "women": "F", "girls": "F"}
AGE_CLASS = {"men": "ADULT", "women": "ADULT", "boys": "CHILD", "girls": "CHILD"}


def ids(month: str, n: int, many: int) -> list[str]:
    """`many` UUIDs of version 7 for person n of a month: the same on every run, rising with n, so that the store's
    indexes grow at one end only."""
    start = int(datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC).timestamp() * 1000)
    digest = hashlib.shake_128(f"gabay demo {month} {n}".encode()).digest(10 * many)
    made = []
    for i in range(many):
        h = f"{start + n:012x}7{digest[10 * i : 10 * i + 10].hex()}"
        # 12 digits of time, version 7 and 12 bits, variant (8..b) and 62 bits.
        made.append(f"{h[:8]}-{h[8:12]}-{h[12:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:32]}")
    return made


def registration(month: str, n: int, group: str, nationality: str, centre: str) -> str:
    """One item of `POST /v1/clients:batch`, as JSON text.

    Registered by a card code alone, as on a route where nobody asks for a name; two consents, one observed arrival.
    """
    key, client, episode, management, statistics = ids(month, n, 5)
    day = f"{month}-{n % 28 + 1:02d}"
    minor = group in ("boys", "girls")
    consent = (
        f'"given_by":"{"CAREGIVER" if minor else "SELF"}","form":"EXPLICIT","method":"WRITTEN","language":"spa",'
        f'"interpreter":false,"notice_version":"2026-1","assent":"{"GIVEN" if minor else "NOT_NEEDED"}",'
        f'"valid_from":"{day}","informed":{{"purpose":true,"uses":true,"research_use":true,"right_to_request":true,'
        f'"storage_period":true,"how_to_withdraw":true}}'
    )
    if minor:
        # The route asks nobody's name, and the rule asks who consented in the child's place.
        consent += f',"giver":{{"name":"caregiver of {month}-{n:06d}","relation":"caregiver"}}'
    return (
        f'{{"key":"{key}","body":{{"local_id":"{client}","centre":"{centre}","occurred_at":"{day}T15:00:00Z",'
        f'"purpose":"CASE_MANAGEMENT","basis":"CONSENT","consent_id":"{management}","registered_on":"{day}",'
        f'"channel":"WALK_IN","open_case":false,'
        f'"identity":{{"card_code":"HN{month[2:4]}{month[5:]}-{n:06d}","age_class":"{AGE_CLASS[group]}",'
        f'"languages":["spa"],"interpreter":false}},'
        f'"profile":{{"client_types":["TRANSIT"],"sex":"{SEX[group]}","nationality":["{nationality}"],'
        f'"residence_country":"{nationality}"}},'
        f'"consents":[{{"consent_id":"{management}","purpose":"CASE_MANAGEMENT",{consent}}},'
        f'{{"consent_id":"{statistics}","purpose":"STATISTICS",{consent}}}],'
        f'"transit_arrival":{{"episode_id":"{episode}","point":"{POINTS[centre]}","date":"{month}","group_size":1}}}}}}'
    )


def batches(months: list[str], size: int = 500) -> Iterator[tuple[str, int, bytes]]:
    """(centre, people, body) of one batch request after the other; two thirds arrive at the first centre."""
    tables = published.load()
    for month in months:
        waiting: dict[str, list[str]] = {centre: [] for centre in CENTRES}
        for n, (group, nationality) in enumerate(tables.people(month)):
            centre = CENTRES[0] if n % 3 else CENTRES[1]
            waiting[centre].append(registration(month, n, group, nationality, centre))
            if len(waiting[centre]) == size:
                yield centre, size, _body(waiting[centre])
                waiting[centre] = []
        for centre, items in waiting.items():
            if items:
                yield centre, len(items), _body(items)


def _body(items: list[str]) -> bytes:
    return f'{{"items":[{",".join(items)}]}}'.encode()
