"""A region's overlay as it stands, in production mode, on a real node: it comes up, works, heals, and is renewed without a lost answer.

PostgreSQL, Kafka and the identity provider are plain Pods (tests/harness/standins.py); images come from this machine's engine.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import yaml

from deploy.embedded.stack import Stack
from deploy.manifests.table import IMAGES, PROCESSES, TARGETS, USER
from shared.messaging.topics import ensure
from shared.settings import ROOT
from tests.harness import cluster, engine, node
from tests.harness.journey import CENTRE, Journey
from tests.harness.region import Region
from tests.harness.standins import InCluster
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1_200)]
HELD = [IMAGES[name] for name in ("gabay", "postgres", "kafka", "python")]
SETTINGS = "GABAY_ACCEPT_SINGLE_NODE=yes\nGABAY_OIDC_CA_FILE=/etc/gabay/authorities/issuer.crt\n"
LESS = [{"op": "replace", "path": "/spec/template/spec/containers/0/resources/requests/cpu", "value": "20m"}]
"""What this machine's overlay adds, as a region's may: one broker, an issuer with a certificate of its own, two cores for all."""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[node.Node, InCluster]]:
    if why := cluster.why_not() or node.why_not() or engine.why_not():
        pytest.skip(f"{why}: no node was started")
    if subprocess.run(["docker", "image", "inspect", *HELD], capture_output=True, check=False).returncode:
        pytest.skip(
            "images are not built (python -m deploy.compose.offline.images, then docker compose build migrate): no node was started"
        )
    with cluster.running(tmp_path) as control, node.running(control, tmp_path / "node") as made:
        made.bring(*HELD)
        yield made, InCluster(control, "antique", tmp_path)


def overlay(folder: Path) -> Path:
    """The region's own, with what a machine of two cores asks for."""
    made = Path(shutil.copytree(ROOT / "deploy/kubernetes", folder)) / "overlays/antique"
    (made / "region.env").write_text((made / "region.env").read_text() + SETTINGS)
    told = yaml.safe_load((made / "kustomization.yaml").read_text())
    told["patches"].append({"target": {"kind": "Deployment"}, "patch": json.dumps(LESS)})
    told["replicas"] = [{"name": each.name, "count": each.replicas} for each in PROCESSES if each.kind == "worker"]  # KEDA is not there
    (made / "kustomization.yaml").write_text(yaml.safe_dump(told))
    return made


async def bring_up(machine: node.Node, place: InCluster, folder: Path) -> None:
    control = machine.cluster
    control.namespace(place.namespace)
    control.apply("-f", "-", told=json.dumps({"apiVersion": "v1", "kind": "List", "items": [*place.documents(), volume(place, folder)]}))
    machine.name_services(**{place.host: place.address("issuer")})
    wait(control, place, "--for=condition=Available", "deployment", "--all")
    await ensure(place.bootstrap, replication=1)
    control.apply("-k", str(overlay(folder / "kubernetes")))
    machine.name_services(**{place.host: place.address("issuer")})
    wait(control, place, "--for=condition=Complete", "job", "--all")
    wait(control, place, "--for=condition=Available", "deployment", "--all")


def volume(place: InCluster, folder: Path) -> dict[str, Any]:
    """The room for attachments, which a cluster's storage would give."""
    (room := folder / "attachments").mkdir()
    os.chown(room, USER, USER)
    claim = {"namespace": place.namespace, "name": "attachments"}
    spec = {"capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteMany"], "hostPath": {"path": str(room)}, "claimRef": claim}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "attachments"}, "spec": spec}


def wait(control: cluster.Cluster, place: InCluster, *words: str) -> None:
    control.kubectl("wait", "--namespace", place.namespace, "--timeout=300s", *words)


def pods(place: InCluster, of: str) -> list[str]:
    found = place.cluster.read("pods", "--namespace", place.namespace, f"--selector=app.kubernetes.io/component={of}")
    return [each["metadata"]["name"] for each in found if not each["metadata"].get("deletionTimestamp")]


async def registered(region: Region) -> None:
    """A registration at intake leads over casework to one more client in the figures."""
    way = Journey(region)

    async def clients() -> int:
        answer = await region.live("01", way.day[:7], ["CENTRE"], where={"CENTRE": [CENTRE]})
        return sum(cell["n"] for cell in answer["cells"])

    await region.quiet()
    before = await clients()
    await way.register()
    await way.case_opens()
    await region.quiet()
    assert await clients() == before + 1


def evict(place: InCluster, pod: str) -> str:
    """What the cluster answers to whoever wants a node empty."""
    path = f"/api/v1/namespaces/{place.namespace}/pods/{pod}/eviction"
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": place.namespace}}
    return place.cluster.kubectl("create", "--raw", path, "-f", "-", told=json.dumps(body), check=False)


async def asked(region: Region, done: asyncio.Event) -> Counter[str]:
    """How questions on new connections are answered, one after the other, until it is done."""
    headers = {"Authorization": f"Bearer {await region.token('supervisor', centre=CENTRE)}"}
    url, told = f"{region.url('intake')}/v1/changes", Counter[str]()
    while not done.is_set():
        try:
            async with httpx.AsyncClient(headers=headers, timeout=10, trust_env=False) as http:
                told[str((await http.get(url)).status_code)] += 1
        except httpx.TransportError as error:
            told[type(error).__name__] += 1
        await asyncio.sleep(0)
    return told


async def test_a_region_comes_up_works_heals_and_is_renewed_without_a_lost_answer(
    there: tuple[node.Node, InCluster], tmp_path: Path
) -> None:
    machine, place = there
    control = machine.cluster
    await bring_up(machine, place, tmp_path)
    ready = control.read("pods", "--namespace", place.namespace, "--selector=app.kubernetes.io/name=gabay")
    assert len(ready) == sum(each.replicas for each in PROCESSES) + len(TARGETS)
    region = Region(cast("Stack", place))
    await registered(region)

    gone = pods(place, "intake-api")[0]
    control.kubectl("delete", "pod", gone, "--namespace", place.namespace, "--grace-period=0", "--force", check=False)
    control.kubectl("rollout", "status", "deployment/intake-api", "--namespace", place.namespace, "--timeout=120s")
    await eventually(lambda: asyncio.to_thread(pods, place, "intake-api"), lambda names: len(names) == 2 and gone not in names, what="two")
    await registered(region)

    first, second = pods(place, "intake-worker")
    assert "Success" in evict(place, first)
    assert "disruption budget" in evict(place, second)

    done = asyncio.Event()
    asking = asyncio.create_task(asked(region, done))
    control_words = ("--namespace", place.namespace)
    await asyncio.to_thread(control.kubectl, "rollout", "restart", "deployment/intake-api", *control_words)
    await asyncio.to_thread(control.kubectl, "rollout", "status", "deployment/intake-api", *control_words, "--timeout=180s")
    done.set()
    told = await asking
    assert set(told) == {"200"}, told
    await registered(region)
