"""The service directory as it is browsed: one row for each entry, hidden when its verification is too old."""

from typing import Any

import orjson

from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.eventsourcing.projection import Fact, Op, Projection

directory = Projection("referrals.directory", version=1, topics=[SERVICE_ENTRY.topic])


@directory.on("gabay.referrals.service-entry-listed.v1")
def listed(fact: Fact) -> Op:
    data = fact.data
    listing = _json({name: value for name, value in data.items() if name != "ctx"})
    status = data["service"]["status"]
    return Op("list", (fact.stream, fact.ctx["centre"], data["org"], data["service_code"], status, listing, fact.recorded_at))


@directory.on("gabay.referrals.service-entry-verified.v1")
def verified(fact: Fact) -> Op:
    capacity = fact.data.get("capacity")
    return Op("verify", (fact.stream, fact.data["verified_on"], fact.data["next_due"], capacity and _json(capacity)))


@directory.on("gabay.referrals.service-entry-retired.v1")
def retired(fact: Fact) -> Op:
    return Op("retire", (fact.stream,))


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()
