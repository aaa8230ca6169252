"""Every manifest of every region: valid against the API's own schemas, and no Pod may more than it must.

Rendered by kubectl where there is one. Custom resources (Strimzi, CloudNativePG, KEDA) are checked for form only: their
definitions come with the operators, and no package brings them.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from cli.app import ALL
from deploy.embedded.problem import StackProblem
from deploy.manifests import region as regions
from deploy.manifests.region import OVERLAYS, REGIONS
from deploy.manifests.table import PROCESSES
from shared.messaging.topics import TOPICS
from shared.region import load_region
from shared.region_national import load_national
from shared.settings import KEK_CLASSES, ROOT, Settings

VERSION = "1.32"
CUSTOM = ("strimzi.io", "cnpg.io", "keda.sh")
KUBECTL = shutil.which("kubectl")
rendered_by_kubectl = pytest.mark.skipif(KUBECTL is None, reason="kubectl, which renders overlays, is not on this machine")


@cache
def documents(region: str) -> list[dict[str, Any]]:
    """Everything that a region's overlay gives a cluster."""
    assert KUBECTL is not None
    told = subprocess.run([KUBECTL, "kustomize", str(OVERLAYS / region)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return [each for each in yaml.safe_load_all(told.stdout) if each]


def base() -> list[dict[str, Any]]:
    files = sorted((ROOT / "deploy/kubernetes").glob("base/*/*.yaml")) + sorted((ROOT / "deploy/kubernetes").glob("components/*/*.yaml"))
    return [each for file in files if file.name != "kustomization.yaml" for each in yaml.safe_load_all(file.read_text()) if each]


def is_custom(document: dict[str, Any]) -> bool:
    return any(group in document["apiVersion"] for group in CUSTOM)


def pods(found: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(each["metadata"]["name"], each["spec"]["template"]["spec"]) for each in found if each["kind"] in ("Deployment", "Job")]


@pytest.mark.parametrize("document", base(), ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_every_manifest_is_valid(document: dict[str, Any]) -> None:
    if is_custom(document):
        assert {"apiVersion", "kind", "metadata", "spec"} == set(document)
        return
    kubernetes_validate.validate(document, VERSION, strict=True)


@rendered_by_kubectl
@pytest.mark.parametrize("region", REGIONS)
def test_every_region_renders_to_valid_manifests_of_its_own(region: str) -> None:
    found = documents(region)
    for each in found:
        assert each["metadata"]["namespace"] == f"gabay-{region}"
        if not is_custom(each):
            kubernetes_validate.validate(each, VERSION, strict=True)
    names = Counter((each["kind"], each["metadata"]["name"]) for each in found)
    assert not [name for name, many in names.items() if many > 1]
    assert {each["metadata"]["name"] for each in found if each["kind"] == "Deployment"} == {each.name for each in PROCESSES}
    (ingress,) = (each for each in found if each["kind"] == "Ingress")
    assert all(region in rule["host"] for rule in ingress["spec"]["rules"])


@rendered_by_kubectl
@pytest.mark.parametrize("region", REGIONS)
def test_the_settings_of_a_region_are_known_and_its_region_file_is_there(region: str) -> None:
    (config,) = (each for each in documents(region) if each["kind"] == "ConfigMap")
    known = {f"GABAY_{field.upper()}" for field in Settings.model_fields}
    assert set(config["data"]) <= known
    assert config["data"]["GABAY_MODE"] == "production"
    assert config["data"]["GABAY_REGION"] == region
    assert load_region(ROOT / "deploy/regions" / f"{region}.toml").region == region


@rendered_by_kubectl
def test_a_pod_may_no_more_than_it_must() -> None:
    found = pods(documents("antique"))
    assert len(found) == len(PROCESSES) + 6
    for name, pod in found:
        safe = pod["securityContext"]
        assert safe["runAsNonRoot"] is True, name
        assert safe["runAsUser"] >= 10000
        assert safe["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]
        assert "cpu" in container["resources"]["limits"]
        tag = container["image"].rpartition(":")[2]
        assert tag != "latest"
        assert tag[0].isdigit()
        assert container["args"][0] in ALL


@rendered_by_kubectl
def test_a_process_is_probed_spread_and_never_gone_altogether() -> None:
    found = documents("antique")
    budgets = {each["metadata"]["name"] for each in found if each["kind"] == "PodDisruptionBudget"}
    for each in (each for each in found if each["kind"] == "Deployment"):
        name, spec = each["metadata"]["name"], each["spec"]
        container = spec["template"]["spec"]["containers"][0]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        assert container["livenessProbe"]["httpGet"]["path"] in ("/health/live", "/health/progress"), "no outage may restart everything"
        if name == "reporting-live":  # two would see half of the partitions each; it may be away for a minute
            assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
            continue
        assert spec["replicas"] >= 2
        assert name in budgets
        assert spec["template"]["spec"]["topologySpreadConstraints"]
        assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == (90 if name.endswith("worker") else 60)


@rendered_by_kubectl
def test_a_process_is_shown_its_own_secrets_only() -> None:
    for name, pod in pods(documents("antique")):
        volumes = {each["secret"]["secretName"]: each["secret"] for each in pod["volumes"] if "secret" in each}
        mine = name.removeprefix("migrate-").removesuffix("-0-1-0") + "-owner" if name.startswith("migrate") else name
        assert set(volumes) <= {mine, "kafka-ca"}
        keys = {item["key"] for item in volumes[mine]["items"]}
        service = name.partition("-")[0]
        if name.endswith("-live"):
            assert keys == {"reporting-worker-url", "kafka-password"}, "the live board opens nothing"
        elif service in KEK_CLASSES:
            assert {key for key in keys if key.startswith("kek-")} == {f"kek-{each}" for each in KEK_CLASSES[service]}
        shown = {each["value"].rpartition("/")[2] for each in pod["containers"][0]["env"] if each["name"].endswith("_FILE")}
        assert shown == keys


@rendered_by_kubectl
def test_nothing_flows_that_no_policy_names() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in documents("antique") if each["kind"] == "NetworkPolicy"}
    assert found["deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert set(found) == {"deny-all", *(each.name for each in PROCESSES)}
    for process in PROCESSES:
        spec = found[process.name]
        reached = {
            next(iter(to["podSelector"]["matchLabels"].values())) for rule in spec["egress"] for to in rule["to"] if "podSelector" in to
        }
        wanted = {process.service, "otel-collector"} | ({"access"} if process.kind == "api" else {"gabay"})
        wanted |= set() if process.kind == "live" else {"keyring"}
        assert reached == wanted
        assert bool(spec.get("ingress")) == (process.kind == "api")
        assert "ipBlock" not in str(spec), "no way out of the cluster"


@rendered_by_kubectl
def test_the_topics_are_those_of_the_table() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in documents("antique") if each["kind"] == "KafkaTopic"}
    assert found == {
        each.name: {"partitions": each.partitions, "replicas": 3, "config": each.settings(replication=3, retention_days=-1)}
        for each in TOPICS
    }


@pytest.mark.parametrize("region", REGIONS)
def test_an_overlay_holds_names_hosts_and_sizes_and_nothing_else(region: str) -> None:
    folder = OVERLAYS / region
    assert {each.name for each in folder.iterdir()} == {"kustomization.yaml", "hosts.yaml", "region.env"}
    overlay = yaml.safe_load((folder / "kustomization.yaml").read_text())
    allowed = {"apiVersion", "kind", "namespace", "resources", "components", "configMapGenerator", "patches", "replicas"}
    assert set(overlay) <= allowed
    assert overlay["patches"] == [{"path": "hosts.yaml"}]
    assert overlay["resources"] == ["../../base"]
    hosts = yaml.safe_load((folder / "hosts.yaml").read_text())
    assert (hosts["kind"], set(hosts["spec"])) == ("Ingress", {"tls", "rules"})
    own = {"GABAY_REGION", "GABAY_OIDC_ISSUER", "GABAY_OIDC_CA_FILE", "GABAY_KAFKA_BOOTSTRAP", "GABAY_ACCEPT_FILE_KEK", "GABAY_KEK_SOURCE"}
    own |= {"GABAY_OPENBAO_ADDR", "GABAY_OPENBAO_MOUNT", "GABAY_OPENBAO_TOKEN_FILE", "GABAY_OPENBAO_CA_FILE"}
    lines = [line for line in (folder / "region.env").read_text().splitlines() if line and not line.startswith("#")]
    assert {line.partition("=")[0] for line in lines} <= own


def test_a_new_region_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tmp_path / "deploy/regions"
    files.mkdir(parents=True)
    shutil.copy(ROOT / "deploy/regions/antique.toml", files)
    monkeypatch.setattr(regions, "OVERLAYS", tmp_path / "overlays")
    monkeypatch.setattr(regions, "FILES", files)
    monkeypatch.setattr(regions, "ROOT", tmp_path)
    written = regions.create("bohol", "antique")
    assert {each.name for each in written} == {"kustomization.yaml", "hosts.yaml", "region.env", "bohol.toml"}
    assert load_region(files / "bohol.toml").region == "bohol"
    with pytest.raises(StackProblem, match="exists"):
        regions.create("bohol", "antique")


@pytest.mark.parametrize("name", ["B", "../up", "bohol_1", "x", "a" * 60])
def test_a_name_that_no_cluster_takes_is_refused(name: str) -> None:
    with pytest.raises(StackProblem, match="small letters"):
        regions.create(name, "antique")


def test_the_users_of_kafka_are_those_of_the_one_table() -> None:
    from shared.messaging.access import principals

    documents = yaml.safe_load_all((ROOT / "deploy/kubernetes/components/strimzi/strimzi.yaml").read_text())
    users = {each["metadata"]["name"]: each["spec"]["authorization"]["acls"] for each in documents if each["kind"] == "KafkaUser"}
    assert tuple(users) == principals({})
    named = {acl["resource"].get("name") for acl in users["svc-intake"] if acl["operations"] == ["Read"]}
    assert "intake.client.v1" in named
    assert "casework.feedback.v1" not in named, "a service reads what its consumers name, and no more"


def national() -> list[dict[str, Any]]:
    files = sorted((OVERLAYS / "national").glob("*.yaml"))
    return [each for file in files if file.name != "kustomization.yaml" for each in yaml.safe_load_all(file.read_text()) if each]


def test_the_national_overlay_is_valid_and_holds_no_key_and_no_other_service() -> None:
    found = national()
    for each in found:
        if not is_custom(each):
            kubernetes_validate.validate(each, VERSION, strict=True)
    assert {each["metadata"]["name"] for each in found if each["kind"] == "Deployment"} == {"reporting-api", "reporting-worker"}
    assert {each["metadata"]["name"] for each in found if each["kind"] == "Cluster"} == {"reporting", "access"}
    text = "".join(file.read_text() for file in (OVERLAYS / "national").iterdir())
    for word in ("kek-", "KEK", "keyring", "release-key", "statistics-secrets", "intake", "casework", "referrals"):
        assert word not in text.replace("no key is", ""), word


def test_the_national_mirror_copies_the_roll_up_of_each_region_alone() -> None:
    (mirror,) = (each for each in national() if each["kind"] == "KafkaMirrorMaker2")
    regions = [each.region for each in load_national(ROOT / "deploy/regions/national.toml").regions]
    assert [each["source"]["alias"] for each in mirror["spec"]["mirrors"]] == regions
    assert {each["topicsPattern"] for each in mirror["spec"]["mirrors"]} == {r"reporting\.rollup\.v1"}
    assert {each["metadata"]["name"] for each in national() if each["kind"] == "KafkaTopic"} == {
        f"{region}.reporting.rollup.v1" for region in regions
    }
    assert set(regions) <= set(REGIONS)


@rendered_by_kubectl
def test_the_national_overlay_renders_with_settings_that_are_known() -> None:
    (config,) = (each for each in documents("national") if each["kind"] == "ConfigMap")
    assert set(config["data"]) <= {f"GABAY_{field.upper()}" for field in Settings.model_fields}
    assert config["data"]["GABAY_NATIONAL"] == "yes"
