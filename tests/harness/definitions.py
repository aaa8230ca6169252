"""Definitions of custom resources for a cluster of tests, regrown from the operators' published Rust types.

The operators' own definitions are in no package; types that are generated from them are (crates named kcr_*): members, their types,
which are required, and closed lists of values. Patterns, bounds and rules in CEL are lost on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ITEM = re.compile(r"((?:#\[kube\([^\n]*\)\]\n)*)pub (struct|enum) (\w+) \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
MEMBER = re.compile(r"((?:^ +#\[serde\([^\n]*\)\]\n)*)^ +(?:pub )?(?:r#)?(\w+)(?:: (.+))?,$", re.MULTILINE)
RENAME = re.compile(r'rename = "([^"]*)"')
WRAPPED = re.compile(r"(Option|Vec|BTreeMap<String)(?:<|, )(.*)>").fullmatch
ANYTHING = {"x-kubernetes-preserve-unknown-fields": True}
PLAIN: dict[str, dict[str, Any]] = {
    "String": {"type": "string"}, "bool": {"type": "boolean"}, "f64": {"type": "number"},
    "i32": {"type": "integer", "format": "int32"}, "i64": {"type": "integer", "format": "int64"},
    "IntOrString": {"x-kubernetes-int-or-string": True}, "serde_json::Value": ANYTHING, "Condition": {"type": "object", **ANYTHING},
}  # fmt: skip


def definitions(crate: Path, version: str) -> Iterator[dict[str, Any]]:
    """What a cluster is told of each resource of one version, from the sources of a crate."""
    for file in sorted((crate / "src" / version).glob("*.rs")):
        items = {name: (kind, body, kube) for kube, kind, name, body in ITEM.findall(_code(file))}
        for kube in (kube for _, _, kube in items.values() if "group = " in kube):
            yield _definition(dict(re.findall(r'(\w+) = "([^"]*)"', kube)), items)


def _code(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(("//", "#[derive")))


def _definition(told: dict[str, str], items: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": ["spec"],
              "properties": {"spec": _schema(f"{told['kind']}Spec", items), "status": {"type": "object", **ANYTHING}}}  # fmt: skip
    names = {"kind": told["kind"], "listKind": f"{told['kind']}List", "plural": told["plural"], "singular": told["kind"].lower()}
    served = {"name": told["version"], "served": True, "storage": True, "subresources": {"status": {}},
              "schema": {"openAPIV3Schema": schema}}  # fmt: skip
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{told['plural']}.{told['group']}"},
        "spec": {"group": told["group"], "names": names, "scope": "Namespaced", "versions": [served]},
    }  # fmt: skip


def _schema(kind: str, items: dict[str, Any]) -> dict[str, Any]:
    if found := WRAPPED(kind):
        inner = _schema(found[2], items)
        mapped = {"type": "object", "additionalProperties": inner}
        return {"Option": inner, "Vec": {"type": "array", "items": inner}}.get(found[1], mapped)
    if kind in PLAIN:
        return PLAIN[kind]
    form, body, _ = items[kind]
    members = [((RENAME.search(how) or ("", name))[1], of) for how, name, of in MEMBER.findall(body)]
    if form == "enum":
        return {"type": "string", "enum": [name for name, _ in members]}
    required = [name for name, of in members if not of.startswith("Option<")]
    schema = {"type": "object", "properties": {name: _schema(of, items) for name, of in members}}
    return schema | ({"required": required} if required else {})
