"""Every overlay before a real cluster's control plane: admitted without a warning, made into Pods, and the same when applied again.

Custom resources too: by the operators' definitions, as far as packages have them (tests/harness/cluster_programs.py).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.manifests import national, region
from deploy.manifests.region import OVERLAYS, REGIONS
from deploy.manifests.table import PROCESSES, TARGETS
from shared.settings import ROOT
from tests.harness.cluster import Cluster, running, why_not
from tests.harness.wait import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if why := why_not():
        pytest.skip(f"{why}: no cluster was started")
    with running(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture
def bohol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The overlay of a region that `gabay region new` has just written."""
    kubernetes = shutil.copytree(ROOT / "deploy/kubernetes", tmp_path / "deploy/kubernetes")
    shutil.copytree(ROOT / "deploy/regions", tmp_path / "deploy/regions")
    for name, place in (("ROOT", tmp_path), ("OVERLAYS", kubernetes / "overlays"), ("FILES", tmp_path / "deploy/regions")):
        monkeypatch.setattr(region, name, place)
    region.create("bohol", "antique")
    return kubernetes / "overlays/bohol"


def rendered(overlay: Path) -> list[dict[str, Any]]:
    told = subprocess.run(["kubectl", "kustomize", str(overlay)], capture_output=True, text=True, check=True)
    return [each for each in yaml.safe_load_all(told.stdout) if each]


async def admitted(cluster: Cluster, overlay: Path, namespace: str, pods: int) -> None:
    cluster.namespace(namespace)
    cluster.apply("-k", str(overlay))

    async def made() -> int:
        return len(cluster.read("pods", "--namespace", namespace))

    await eventually(made, lambda found: found == pods, what=f"{pods} Pods in {namespace}", seconds=60)
    assert cluster.kubectl("diff", "--server-side", "-k", str(overlay)) == "", "the same again changes something"


# Of each worker the one that is there before KEDA has its say.
PODS = sum(1 if each.kind == "worker" else each.replicas for each in PROCESSES) + len(TARGETS)


@pytest.mark.parametrize("name", REGIONS)
async def test_a_region_is_admitted_without_a_warning_and_is_made_into_pods(cluster: Cluster, name: str) -> None:
    await admitted(cluster, OVERLAYS / name, f"gabay-{name}", PODS)


async def test_the_national_overlay_is_admitted_without_a_warning(cluster: Cluster) -> None:
    await admitted(cluster, OVERLAYS / "national", national.NAMESPACE, sum(each.replicas for each in national.PROCESSES) + 2)


async def test_a_new_region_is_admitted_as_it_was_written(cluster: Cluster, bohol: Path) -> None:
    await admitted(cluster, bohol, "gabay-bohol", PODS)


def test_how_many_workers_there_are_stays_what_keda_said_when_an_overlay_is_applied_again(cluster: Cluster) -> None:
    cluster.namespace("gabay-antique")
    cluster.apply("-k", str(OVERLAYS / "antique"))
    cluster.kubectl("scale", "--namespace", "gabay-antique", "deployment/intake-worker", "--replicas=4")
    cluster.apply("-k", str(OVERLAYS / "antique"))
    (worker,) = cluster.read("deployments", "--namespace", "gabay-antique", "--selector=app.kubernetes.io/component=intake-worker")
    assert worker["spec"]["replicas"] == 4


def as_root(document: dict[str, Any]) -> None:
    document["spec"]["template"]["spec"]["securityContext"] |= {"runAsNonRoot": False, "runAsUser": 0}


def misspelt(document: dict[str, Any]) -> None:
    document["spec"]["size"] = 2


@pytest.mark.parametrize(
    ("kind", "spoil", "told"),
    [
        ("Deployment", as_root, "would violate PodSecurity"),
        ("Job", as_root, "would violate PodSecurity"),
        ("Deployment", misspelt, r".spec.size: field not declared"),
        ("KafkaNodePool", misspelt, r".spec.size: field not declared"),
        ("Cluster", misspelt, r".spec.size: field not declared"),
        ("ScaledObject", misspelt, r".spec.size: field not declared"),
        ("ObjectStore", misspelt, r".spec.size: field not declared"),
    ],
)
def test_what_may_too_much_or_is_misspelt_is_refused(cluster: Cluster, kind: str, spoil: Any, told: str) -> None:
    document = next(each for each in rendered(OVERLAYS / "antique") if each["kind"] == kind)
    document["metadata"]["namespace"] = "gabay-spoilt"
    cluster.namespace("gabay-spoilt")
    spoil(document)
    with pytest.raises(AssertionError, match=told):
        cluster.apply("--dry-run=server", "-f", "-", told=json.dumps(document))
