"""Who is told, of what, where, and how a delivery proves where it comes from."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import tomllib
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.messaging.access import load_integrators
from shared.messaging.contracts import contracts

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MEMBERS = frozenset({"name", "url", "secret_file", "types", "networks"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One receiver. secrets: newest first, each signs; types: names such as `service-delivered`, empty: all; networks: inner
    ones that the operator vouches for, where anything else but a public address is refused; integrator: whose it is.
    """

    name: str
    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    types: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    integrator: str = ""

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def takes(self, ce_type: str) -> bool:
        """Whether it wants facts of this type. Erasures always: whoever holds a copy must hear of them."""
        name = ce_type.split(".")[2]
        return not self.types or name in self.types or name == "client-erased"


def load(path: Path, integrator: str) -> tuple[tuple[str, ...], list[Endpoint]]:
    """(topics of the agreement, endpoints) of one integrator. Raises ValueError naming what is wrong, never a value of a secret."""
    topics = load_integrators(path).get(integrator)
    if topics is None:
        raise ValueError(f"{path.name} has no [{integrator}]")
    said = tomllib.loads(path.read_text(encoding="utf-8"))[integrator].get("webhooks", [])
    if not said:
        raise ValueError(f"{path.name}: [{integrator}] has no [[{integrator}.webhooks]]")
    names = {each.name for each in contracts().values() if not set(topics).isdisjoint(each.topics)}
    found = [_endpoint(f"{path.name}: webhook {n} of {integrator}", integrator, each, path.parent, names) for n, each in enumerate(said, 1)]
    if len({each.name for each in found}) < len(found):
        raise ValueError(f"{path.name}: two webhooks of {integrator} have one name")
    return topics, found


def _endpoint(where: str, integrator: str, said: dict[str, Any], base: Path, names: Set[str]) -> Endpoint:
    if not {"name", "url", "secret_file"} <= said.keys() <= MEMBERS:
        raise ValueError(f"{where}: name, url and secret_file are needed; types and networks may be given; nothing else")
    try:
        networks = tuple(ipaddress.ip_network(each) for each in said.get("networks", []))
        url = urlsplit(said["url"])
        url.port  # noqa: B018 - read for its error
    except ValueError:
        raise ValueError(f"{where}: networks are such as 10.1.2.0/24, and a port of the url is at most 65535") from None
    if url.scheme != "https" and not (url.scheme == "http" and networks):
        raise ValueError(f"{where}: url begins with https:// (http:// only into networks of your own, named in `networks`)")
    if not url.hostname or url.username or url.password or url.fragment:
        raise ValueError(f"{where}: url has a host, and neither user nor password nor fragment")
    secrets, types = _secrets(where, base / said["secret_file"]), frozenset(said.get("types", []))
    if strange := sorted(types - names):
        raise ValueError(f"{where}: types has {strange[0]}, which no topic of the agreement carries: docs/reference/events.md")
    return Endpoint(said["name"], said["url"], secrets, types, networks, integrator)


def _secrets(where: str, path: Path) -> tuple[bytes, ...]:
    """Lines `whsec_<base64>` or base64 alone, newest first, 24 bytes or more each."""
    try:
        lines = [line.strip().removeprefix("whsec_") for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        keys = tuple(base64.b64decode(line, validate=True) for line in lines)
    except (OSError, UnicodeDecodeError, binascii.Error):
        raise ValueError(f"{where}: secret_file can't be read, or its lines are no base64") from None
    if not keys or min(map(len, keys)) < 24:
        raise ValueError(f"{where}: secret_file holds one secret a line, newest first, of 24 bytes or more each")
    return keys


def signed(endpoint: Endpoint, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """Headers of a delivery, as Standard Webhooks has them: one signature for each secret, so that secrets can be changed."""
    content = b"%b.%d.%b" % (message_id.encode(), at, body)
    each = (base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in endpoint.secrets)
    return {"webhook-id": message_id, "webhook-timestamp": str(at), "webhook-signature": " ".join(f"v1,{text}" for text in each)}
