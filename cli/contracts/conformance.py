"""The conformance kit: records, the same ones as at-least-once may bring them, and the state that a right consumer reaches.

Written once and kept: a reader that is right stays right. `./gabay contracts kit` writes it anew.
"""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from cli.contracts import corpus
from shared.messaging.partition import partition_of

FOLDER: Final = corpus.ROOT / "docs" / "reference" / "kit"
STREAMS, VERSIONS, UNKNOWN = 20, 10, 3
TYPES: Final = ("service-delivered", "case-note-recorded", "follow-up-scheduled", "needs-assessed", "case-review-required")
Line = Mapping[str, Any]


def records() -> list[dict[str, Any]]:
    """200 records of `casework.case.v1` and `intake.client.v1`, in the order in which they were recorded.

    Among them: two people who are forgotten, a type that no release knows, members and codes that a later minor may bring.
    """
    found = []
    for version in range(1, VERSIONS + 1):
        for n in range(STREAMS):
            found.append(_record(n, version))
    return found


def _record(n: int, version: int) -> dict[str, Any]:
    client = n % 4 == 3
    service, names = ("intake", ("client-registered", "consent-given")) if client else ("casework", ("case-opened", *TYPES))
    name = names[0] if version == 1 else names[1 + (version - 2) % (len(names) - 1)]
    if client and version == VERSIONS and n // 4 in (0, 2):
        name = "client-erased"
    kept = corpus.read(corpus.GOLDEN / service / name / "1.0" / ("full.json" if n % 2 else "varied.json"))
    stream = str(uuid5(NAMESPACE_URL, f"kit/{n}"))
    subject = stream if client else str(uuid5(NAMESPACE_URL, f"kit/{4 * (n // 4) + 3}"))
    value = {**kept["value"], "ctx": {**kept["value"]["ctx"], "subject_id": subject}}
    if "service_id" in value:
        value["service_id"] = str(uuid5(NAMESPACE_URL, f"kit/{n}/{version}/service"))
    headers = {
        **kept["headers"], "ce_id": str(uuid5(NAMESPACE_URL, f"kit/{n}/{version}")), "ce_subject": stream, "ce_partitionkey": stream,
        "ce_sequence": f"{version:010d}",
    }  # fmt: skip
    if n == 6 and version == UNKNOWN:
        headers |= {"ce_type": "gabay.casework.not-yet-known.v1", "ce_dataschema": "urn:gabay:schema:casework:not-yet-known:1.0"}
    if n == 8:
        value = {**value, "member_of_a_later_minor": {"any": "thing"}}
    return {
        "topic": f"{service}.{'client' if client else 'case'}.v1",
        "partition": partition_of(stream.encode(), 6),
        "key": stream,
        "headers": headers,
        "value": b64encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).decode(),
    }


def disturbed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same ones with repeats, streams interleaved otherwise: first occurrences of a stream's versions stay in order."""
    draw = random.Random("gabay kit")  # noqa: S311 - no secret: the same order each time
    left: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        left.setdefault(line["key"], []).append(line)
    found: list[dict[str, Any]] = []
    while left:
        stream = draw.choice(sorted(left))
        found.append(left[stream].pop(0))
        if not left[stream]:
            del left[stream]
        if draw.random() < 0.1:
            found += draw.sample(found, min(len(found), draw.randint(1, 6)))
    return found


def state(lines: Iterable[Line]) -> dict[str, Any]:
    """What a right consumer holds: the version of each stream, facts by type, and the services of people not forgotten."""
    from base64 import b64decode

    versions: dict[str, int] = {}
    types: dict[str, int] = {}
    services: dict[str, dict[str, str]] = {}
    forgotten: set[str] = set()  # kept: a service of somebody forgotten may come later, from another topic
    for line in lines:
        headers, value = line["headers"], json.loads(b64decode(line["value"]))
        stream, version, kind = headers["ce_subject"], int(headers["ce_sequence"]), headers["ce_type"]
        if version <= versions.get(stream, 0):
            continue
        if version != versions.get(stream, 0) + 1:
            raise ValueError(f"hole in {stream}")
        versions[stream] = version
        types[kind] = types.get(kind, 0) + 1
        if kind == "gabay.casework.service-delivered.v1":
            services[value["service_id"]] = {"subject": value["ctx"]["subject_id"], "code": value["service_code"]}
        elif kind == "gabay.intake.client-erased.v1":
            forgotten.add(stream)
    services = {key: each for key, each in services.items() if each["subject"] not in forgotten}
    return {"streams": dict(sorted(versions.items())), "types": dict(sorted(types.items())), "services": dict(sorted(services.items()))}


def write() -> None:
    """The files of the kit."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = records()
    for name, some in (("records.ndjson", lines), ("disturbed.ndjson", disturbed(lines))):
        (FOLDER / name).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in some), encoding="utf-8")
    (FOLDER / "expected.json").write_text(corpus.text_of(state(lines)), encoding="utf-8")
