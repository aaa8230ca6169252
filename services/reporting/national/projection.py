"""Roll-ups of all regions -> what stands of each table (messaging chapter, section 11).

A table is shown only if it is what its region froze: its bytes have the sum that the manifest names, the manifest has the
chain id, and, where the region's key is known here, its signature. Anything else is set aside, and shown by nobody.
"""

import base64
import copy
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.contracts.reporting.rollup import ROLLUP, stream_of
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.region_national import National


class NotAsFrozen(ValueError):
    """A table that is not the one its region released, or not of the region on whose topic it came."""


def mirrored(region: str) -> str:
    """The topic of a region's roll-ups at the national side, as MirrorMaker's DefaultReplicationPolicy names it."""
    return f"{region}.{ROLLUP.topic}"


rollups = Projection("reporting.rollups", version=1, topics=(), compacted=True)
"""Without topics: `following` knows those of a national stack."""

_keys: dict[str, bytes] = {}


def following(national: National) -> Projection:
    """The projection of one national stack, which reads its regions' topics and knows their keys."""
    _keys.update({each.region: base64.b64decode(each.release_key) for each in national.regions if each.release_key})
    found = copy.copy(rollups)
    found.topics = tuple(mirrored(each.region) for each in national.regions)
    return found


@rollups.on("gabay.reporting.table-published.v1")
def published(f: Fact) -> Op:
    region, data = _region(f), f.data
    manifest = data["manifest"].encode()
    said = json.loads(manifest)
    bound = (said["release"], said["period"], said["edition"], said["files"][f"{data['table']}.json"])
    if bound != (data["release"], data["period"], data["edition"], hashlib.sha256(data["data"].encode()).hexdigest()):
        raise NotAsFrozen("the manifest binds another table")
    if hashlib.sha256(manifest).hexdigest() != data["chain"]:
        raise NotAsFrozen("the manifest has another chain id")
    if key := _keys.get(region):
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(data["signature"]), manifest)
        except InvalidSignature as error:
            raise NotAsFrozen("the manifest is not signed by its region") from error
    return _stand(f, region, "PUBLISHED", data["data"])


@rollups.on("gabay.reporting.table-withdrawn.v1")
def withdrawn(f: Fact) -> Op:
    return _stand(f, _region(f), "WITHDRAWN" if f.data["withdrawn"] else "DROPPED", None)


def _stand(f: Fact, region: str, state: str, content: str | None) -> Op:
    d = f.data
    row = (region, d["table"], d["period"], state, d["release"], d["edition"], d["chain"], content, f.version, f.recorded_at)
    return Op("stand", row)


def _region(f: Fact) -> str:
    """Whose table it is: topic, source and stream have to agree."""
    region = f.source.split("/")[2]
    if f.topic != mirrored(region):
        raise NotAsFrozen("it came on the topic of another region")
    if str(stream_of(region, f.data["table"], f.data["period"])) != f.stream:
        raise NotAsFrozen("it came on the stream of another table")
    return region
