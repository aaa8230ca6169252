"""What binds a release: canonical JSON, its chain id, its signature (statistics chapter, section 9). Pure.

Chain id = SHA-256 of the manifest; the next release names it in `previous`, the first has 64 zeros. Hashes of true counts or
keys are in none: they could be guessed and tested.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """A release as the chain knows it. files: name -> bytes, None where they are not at hand (withdrawn, or not downloaded)."""

    release: str
    manifest: bytes
    signature: bytes
    public_key: bytes
    files: Mapping[str, bytes | None]


def canonical(content: Mapping[str, Any]) -> bytes:
    """UTF-8, sorted keys, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def signing_key(text: str) -> Ed25519PrivateKey:
    """The key of GABAY_RELEASE_KEY: 32 bytes in base64, `dev-` before it on a laptop. Raises ValueError."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.removeprefix("dev-"), validate=True))


def public_key(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def downloaded(folder: Path) -> list[Link]:
    """A chain as anybody can download it: `<release>/release.json` (the answer of `/releases/{rid}`) and files beside it."""
    found = {}
    for told in folder.glob("*/release.json"):
        said = json.loads(told.read_text(encoding="utf-8"))
        manifest, signature, key = (base64.b64decode(said[name]) for name in ("manifest_base64", "signature", "public_key"))
        files: dict[str, bytes | None] = {each.name: each.read_bytes() for each in told.parent.iterdir() if each.name != "release.json"}
        found[json.loads(manifest)["previous"]] = Link(said["release"], manifest, signature, key, files)
    links, previous = [], FIRST
    while previous in found:
        links.append(found.pop(previous))
        previous = digest(links[-1].manifest)
    return [*links, *found.values()]


def faults(links: Sequence[Link], trusted: Iterable[bytes] = ()) -> list[str]:
    """What is wrong with a chain, from its first release on; empty if it holds. trusted: public keys, if they are known."""
    found, previous = [], FIRST
    keys = set(trusted)
    for link in links:
        said = json.loads(link.manifest)
        if canonical(said) != link.manifest:
            found.append(f"{link.release}: the manifest is not in canonical form")
        if said["release"] != link.release:
            found.append(f"{link.release}: the manifest is that of {said['release']}")
        if said["previous"] != previous:
            found.append(f"{link.release}: names another release before it than the chain has")
        if keys and link.public_key not in keys:
            found.append(f"{link.release}: signed with a key that is not ours")
        try:
            Ed25519PublicKey.from_public_bytes(link.public_key).verify(link.signature, link.manifest)
        except InvalidSignature:
            found.append(f"{link.release}: the signature does not fit the manifest")
        for name, wanted in said["files"].items():
            content = link.files.get(name)
            if content is not None and digest(content) != wanted:
                found.append(f"{link.release}: {name} was changed")
        found += [f"{link.release}: {name} stands in no manifest" for name in sorted(set(link.files) - set(said["files"]))]
        previous = digest(link.manifest)
    return found
