"""A region's overlay: its names, hosts and sizes, and nothing else. `gabay region new NAME` writes one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from deploy.embedded.problem import StackProblem
from deploy.manifests.components import rules_of
from deploy.manifests.table import text_of
from shared.settings import ROOT

REGIONS = ("masbate", "antique", "agusan-del-sur", "maguindanao-del-norte", "maguindanao-del-sur", "route-example")
OVERLAYS = ROOT / "deploy" / "kubernetes" / "overlays"
FILES = ROOT / "deploy" / "regions"
NAME = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]").fullmatch
HEAD = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}


def pages(region: str) -> dict[str, str]:
    """File of the overlay -> text."""
    kustomization: dict[str, Any] = {
        **HEAD,
        "namespace": f"gabay-{region}",
        "resources": ["../../base"],
        "components": [f"../../components/{name}" for name in ("ingress", "strimzi", "cnpg", "keda")],
        "configMapGenerator": [{"name": "gabay", "behavior": "merge", "envs": ["region.env"]}],
        "patches": [{"path": "hosts.yaml"}],
    }
    hosts = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "gabay"},
             "spec": rules_of(f"{region}.gabay.example")}  # fmt: skip
    settings = f"""\
# What is {region}'s own. Everything else is the same in every region: deploy/kubernetes/base/shared.
GABAY_REGION={region}
GABAY_OIDC_ISSUER=https://id.{region}.gabay.example/realms/gabay
GABAY_KAFKA_BOOTSTRAP=gabay-kafka-bootstrap.gabay-{region}.svc:9093
# KEKs come from files of a Secret that the key service writes; this is the written consent that production asks for.
GABAY_ACCEPT_FILE_KEK=yes
"""
    return {
        "kustomization.yaml": text_of([kustomization], f"The region {region}: its names, hosts and sizes. Sizes: add `replicas:` here."),
        "hosts.yaml": text_of([hosts], "Where people and apps reach it: a host for each service."),
        "region.env": settings,
    }


def create(name: str, like: str) -> list[Path]:
    """Write the overlay and the region file of a new region; returns what was written. Never overwrites."""
    if not NAME(name):
        raise StackProblem("a region's name is 3 to 32 small letters, digits and hyphens, and begins with a letter", "choose another name")
    pattern, file = FILES / f"{like}.toml", FILES / f"{name}.toml"
    if not pattern.exists():
        known = ", ".join(sorted(each.stem for each in FILES.glob("*.toml")))
        raise StackProblem(f"there is no region file {pattern.name} to begin from", f"one of: {known}")
    written: list[Path] = []
    texts = {OVERLAYS / name / each: text for each, text in pages(name).items()}
    texts[file] = re.sub(r'^region = ".*"$', f'region = "{name}"', pattern.read_text(encoding="utf-8"), count=1, flags=re.M)
    if there := [each for each in texts if each.exists()]:
        raise StackProblem(f"{there[0].relative_to(ROOT)} exists", "edit it; a region that runs is not made anew")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
