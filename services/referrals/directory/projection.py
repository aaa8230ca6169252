"""The service directory as it is browsed: one row for each entry, hidden when its verification is too old."""

from typing import Any

import orjson

from shared.codes.psgc import current
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.eventsourcing.projection import Fact, Op, Projection

directory = Projection("referrals.directory", version=2, topics=[SERVICE_ENTRY.topic])


@directory.on("gabay.referrals.service-entry-listed.v1")
def listed(fact: Fact) -> Op:
    data = fact.data
    listing = _json({name: value for name, value in data.items() if name != "ctx"})
    service = data["service"]
    # Old codes of a place are compared by the one that it has today.
    areas = " ".join(current(code) for code in data["service_areas"])
    return Op(
        "list",
        (
            fact.stream, fact.ctx["centre"], data["org"], data["service_code"], service["status"], areas, " ".join(data["languages"]),
            service.get("minimum_age"), service.get("maximum_age"), data.get("capacity", {}).get("free"), listing, fact.recorded_at,
        ),
    )  # fmt: skip


@directory.on("gabay.referrals.service-entry-verified.v1")
def verified(fact: Fact) -> Op:
    capacity = fact.data.get("capacity")
    free = capacity and capacity["free"]
    return Op("verify", (fact.stream, fact.data["verified_on"], fact.data["next_due"], free, capacity and _json(capacity)))


@directory.on("gabay.referrals.service-entry-retired.v1")
def retired(fact: Fact) -> Op:
    return Op("retire", (fact.stream,))


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()
