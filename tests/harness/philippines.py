"""The emigrants of the Philippine tables, one by one, as the registrations that a centre would send.

Five published margins of the same people. Regions and education begin in 1988 and the totals of some margins fall short of
the table by sex: what is missing is unknown. The margins are shuffled with a seed of the year and put side by side, so that
whoever registers each person gets every one of them back, cell by cell.
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from cli.demo.people import ids
from shared.codes import psgc
from shared.codes.education import isced

DATA = Path(__file__).parents[1] / "data"
CENTRE = "PH-ANT-01"
UNKNOWN = "_U"

AGES = {
    "14 - Below": (0, 14), "15 - 19": (15, 19), "20 - 24": (20, 24), "25 - 29": (25, 29), "30 - 34": (30, 34), "35 - 39": (35, 39),
    "40 - 44": (40, 44), "45 - 49": (45, 49), "50 - 54": (50, 54), "55 - 59": (55, 59), "60 - 64": (60, 64), "65 - 69": (65, 69),
    "70 - Above": (70, 95),
}  # fmt: skip
EDUCATION = {
    "Not of Schooling Age": "NOT_SCHOOL_AGE", "No Formal Education": "NONE", "Elementary Level": "ELEMENTARY_LEVEL",
    "Elementary Graduate": "ELEMENTARY_GRADUATE", "High School Level": "HIGH_SCHOOL_LEVEL",
    "High School Graduate": "HIGH_SCHOOL_GRADUATE", "Vocational Level": "VOCATIONAL_LEVEL", "Vocational Graduate": "VOCATIONAL_GRADUATE",
    "College Level": "COLLEGE_LEVEL", "College Graduate": "COLLEGE_GRADUATE", "Post Graduate Level": "POSTGRADUATE_LEVEL",
    "Post Graduate": "MASTERS", "Non-Formal Education": "NON_FORMAL",
}  # fmt: skip
OCCUPATION = {"Managerial": "1", "Prof'l": "2", "Clerical": "4", "Sales": "5", "Service": "5", "Agriculture": "6", "Production": "8",
              "Armed Forces": "0"}  # fmt: skip
REGION = {
    "Region I ": "01", "Region II ": "02", "Region III ": "03", "Region IV A ": "04", "Region IV B ": "17", "Region V ": "05",
    "Region VI ": "06", "Region VII ": "07", "Region VIII ": "08", "Region IX ": "09", "Region X ": "10", "Region XI ": "11",
    "Region XII ": "12", "Region XIII ": "16", "Autonomous Region": "19", "Cordillera": "14", "National Capital": "13",
}  # fmt: skip
Margin = Mapping[str, int]


@cache
def tables() -> dict[str, dict[str, dict[str, int]]]:
    """margin -> year -> label -> people; labels without the spaces at their ends."""
    found: dict[str, dict[str, dict[str, int]]] = {"sex": {}}
    for row in _rows("sex"):
        found["sex"][row["YEAR"]] = {"M": int(row["MALE"]), "F": int(row["FEMALE"])}
    for name in ("age", "education", "occupation", "region"):
        of_year: dict[str, dict[str, int]] = {}
        for row in _rows(name):
            label, *counts = row.values()
            for year, n in zip(list(row)[1:], counts, strict=True):
                of_year.setdefault(year, {})[label.strip()] = int(n)
        found[name] = of_year
    return found


def margins(year: str, size: int | None = None) -> dict[str, Margin]:
    """The margins of a year, each with as many people as the table by sex; size: the same tables made smaller, None for whole."""
    total = sum(tables()["sex"][year].values())
    found = {}
    for name, of_year in tables().items():
        counts = dict(of_year.get(year, {}))
        counts[UNKNOWN] = total - sum(counts.values())
        assert counts[UNKNOWN] >= 0, f"{name} of {year} holds more people than there are"
        found[name] = counts if size is None else _smaller(counts, min(size, total))
    return found


def expected(year: str, size: int | None = None) -> dict[str, Counter[str]]:
    """The margins in the codes of the statistics: what has to come back."""
    coded: dict[str, Counter[str]] = {}
    for name, counts in margins(year, size).items():
        coded[name] = Counter()
        for label, n in counts.items():
            coded[name][_coded(name, label)] += n
        coded[name] = +coded[name]
    return coded


def batches(year: str, size: int | None = None, most: int = 500) -> Iterator[tuple[int, bytes]]:
    """(people, body) of one `POST /v1/clients:batch` after the other."""
    draw = random.Random(f"philippines {year}")
    lists = []
    for name in ("sex", "age", "education", "occupation", "region"):
        one_by_one = [label for label, n in sorted(margins(year, size)[name].items()) for _ in range(n)]
        draw.shuffle(one_by_one)
        lists.append(one_by_one)
    items: list[dict[str, object]] = []
    for n, labels in enumerate(zip(*lists, strict=True)):
        items.append(_registration(year, n, draw, *labels))
        if len(items) == most:
            yield most, json.dumps({"items": items}).encode()
            items = []
    if items:
        yield len(items), json.dumps({"items": items}).encode()


def _registration(year: str, n: int, draw: random.Random, sex: str, age: str, education: str, job: str, region: str) -> dict[str, object]:
    key, client, episode, management, statistics = ids(f"{year}-07", n, 5)
    day, identity = f"{year}-07-01", {"card_code": f"PH{year}-{n:06d}", "languages": ["fil"], "interpreter": False}
    years = draw.randint(*AGES[age]) if age in AGES else None
    # Of a departure of which the year is known the age counts at 1 July; registered that day, too.
    identity |= {"age_class": "U"} if years is None else {"birth_date": f"{int(year) - years}-{draw.randint(1, 6):02d}-15"}
    minor = years is not None and years < 18
    told = ("purpose", "uses", "research_use", "right_to_request", "storage_period", "how_to_withdraw")
    answer: dict[str, object] = {
        "given_by": "CAREGIVER" if minor else "SELF", "form": "EXPLICIT", "method": "WRITTEN", "language": "fil", "interpreter": False,
        "notice_version": "2026-1", "assent": "GIVEN" if minor else "NOT_NEEDED", "valid_from": day, "informed": dict.fromkeys(told, True),
    } | ({"giver": {"name": f"caregiver of {n:06d}", "relation": "caregiver"}} if minor else {})  # fmt: skip
    place, isco = _home(region), OCCUPATION.get(job)
    profile = {"client_types": ["OUTBOUND"], "sex": sex, "nationality": ["PHL"], "residence_country": "PHL"}
    profile |= (
        {"education": EDUCATION.get(education, "UNKNOWN")}
        | ({"psgc_mun": place, "vintage": psgc.VINTAGE} if place else {})
        | ({"isco": isco} if isco else {})
    )
    body = {
        "local_id": client, "centre": CENTRE, "occurred_at": f"{day}T15:00:00+08:00", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
        "consent_id": management, "registered_on": day, "channel": "WALK_IN", "open_case": False, "identity": identity, "profile": profile,
        "consents": [{"consent_id": management, "purpose": "CASE_MANAGEMENT", **answer},
                     {"consent_id": statistics, "purpose": "STATISTICS", **answer}],
        "departure": {"episode_id": episode, "date": year, "destination": "USA", "documented": "YES", "land_sea": "LAND",
                      "hire_type": "NEW", "channel": "UNKNOWN"},
    }  # fmt: skip
    return {"key": key, "body": body}


def band_of(age: str) -> str:
    """A code of A11 -> the coarser one that bands of the table add up to as well."""
    return {"Y0T4": "Y0T14", "Y5T11": "Y0T14", "Y12T14": "Y0T14", "Y15T17": "Y15T24", "Y18T24": "Y15T24"}.get(age, age)


def _coded(name: str, label: str) -> str:
    if name == "age":
        low = AGES[label][0] if label in AGES else None
        ends = {0: "Y0T14", 15: "Y15T24", 20: "Y15T24", 45: "Y45T59", 50: "Y45T59", 55: "Y45T59", 60: "Y_GE60", 65: "Y_GE60", 70: "Y_GE60"}
        return UNKNOWN if low is None else ends.get(low, f"Y{low}T{low + 4}")
    if name == "education":
        return isced(EDUCATION.get(label, "UNKNOWN"))
    if name == "occupation":
        return OCCUPATION.get(label, UNKNOWN)
    return label if name == "sex" else _region(label)


def _region(label: str) -> str:
    found = next((code for begins, code in REGION.items() if label.startswith(begins)), None)
    return f"{found}00000000" if found else UNKNOWN


@cache
def _home(label: str) -> str | None:
    """A province of a region; where it has none, a city that stands for itself."""
    code = _region(label)
    within = [p.code for p in psgc.places().values() if p.parent == code and psgc.province_of(p.code) == p.code]
    return min(within) if code != UNKNOWN else None


def _smaller(counts: Margin, size: int) -> dict[str, int]:
    """The same shares of fewer people, by the largest remainders."""
    total = sum(counts.values())
    made = {label: n * size // total for label, n in counts.items()}
    order = sorted(counts, key=lambda label: (-(counts[label] * size % total), label))
    for label in order[: size - sum(made.values())]:
        made[label] += 1
    return made


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"philippines_emigrants_by_{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
