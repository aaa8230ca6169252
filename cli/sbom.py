"""`gabay sbom`: what this release is made of, as a CycloneDX document, from the requirements that are pinned by hash."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import NAMESPACE_URL, uuid5

import typer

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKS: Final = {"runtime.txt": "required", "dev.txt": "excluded"}
"""Lock files, and what CycloneDX calls the part that they play: `excluded` is needed to build and test, and not shipped."""

PIN: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^\s;\\]+)")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def sbom(
    to: Annotated[Path | None, typer.Option("--to", help="file to write; without it: standard output")] = None,
    dev: Annotated[bool, typer.Option("--dev", help="also what only builds and tests")] = False,
) -> None:
    """Write the bill of materials (CycloneDX 1.6, JSON). The same requirements always give the same document.

    gabay sbom --to sbom.json
    """
    text = json.dumps(document({name: scope for name, scope in LOCKS.items() if dev or scope == "required"}), indent=2) + "\n"
    if to is None:
        print(text, end="")
    else:
        to.write_text(text, encoding="utf-8")
        print(f"written to {to}")


def document(locks: dict[str, str], folder: Path = ROOT / "requirements") -> dict[str, Any]:
    """The document for lock files by name, each with the scope of its packages. One without a hash is refused (ValueError)."""
    parts: dict[str, dict[str, Any]] = {}
    for name, scope in locks.items():
        for part in components((folder / name).read_text(encoding="utf-8"), scope):
            parts.setdefault(part["bom-ref"], part)
    found = [parts[ref] for ref in sorted(parts)]
    serial = uuid5(NAMESPACE_URL, json.dumps(found, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "gabay", "name": "gabay"}},
        "components": found,
    }


def components(lock: str, scope: str) -> Iterator[dict[str, Any]]:
    """The packages of a lock file. A wheel and a source distribution of one version have a hash each: all are named."""
    for entry in lock.replace("\\\n", " ").splitlines():
        pin = PIN.match(entry)
        if pin is None:
            continue
        name, version, hashes = re.sub(r"[-_.]+", "-", pin["name"]).lower(), pin["version"], HASH.findall(entry)
        if not hashes:
            raise ValueError(f"{name} is not pinned by a hash: gabay lock")
        purl = f"pkg:pypi/{name}@{version}"
        yield {
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "scope": scope,
            "properties": [{"name": "gabay:sha256", "value": value} for value in sorted(hashes)],
        }  # fmt: skip
