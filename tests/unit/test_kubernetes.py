"""Every manifest of every region: valid against the API's own schemas, and no Pod may more than it must.

Rendered by kubectl where there is one. Custom resources (Strimzi, CloudNativePG, KEDA) are checked for form only: their
definitions come with the operators, and no package brings them.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from cli.app import ALL
from deploy.embedded.problem import StackProblem
from deploy.manifests import region as regions
from deploy.manifests.region import OVERLAYS, REGIONS
from deploy.manifests.table import PROCESSES, labels
from shared.messaging.topics import TOPICS
from shared.region import load_region
from shared.region_national import load_national
from shared.settings import KEK_CLASSES, ROOT, SERVICES, Settings

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
    scaled = {each["metadata"]["name"]: each["spec"]["minReplicaCount"] for each in found if each["kind"] == "ScaledObject"}
    for each in (each for each in found if each["kind"] == "Deployment"):
        name, spec = each["metadata"]["name"], each["spec"]
        container = spec["template"]["spec"]["containers"][0]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        assert container["livenessProbe"]["httpGet"]["path"] in ("/health/live", "/health/progress"), "no outage may restart everything"
        if name == "reporting-live":  # two would see half of the partitions each; it may be away for a minute
            assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
            continue
        if name.endswith("-worker"):
            assert "replicas" not in spec, "an overlay that is applied again takes back what KEDA said"
            assert scaled[name] >= 2
        else:
            assert spec["replicas"] >= 2
        assert name in budgets
        assert spec["template"]["spec"]["topologySpreadConstraints"]
        assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == (90 if name.endswith("worker") else 60)


@rendered_by_kubectl
def test_a_process_is_shown_its_own_secrets_only() -> None:
    for name, pod in pods(documents("antique")):
        volumes = {each["secret"]["secretName"]: each["secret"] for each in pod["volumes"] if "secret" in each}
        mine = name.removeprefix("migrate-").removesuffix("-0-1-0") + "-owner" if name.startswith("migrate") else name
        assert set(volumes) == {mine}
        keys = {item["key"] for item in volumes[mine]["items"]}
        service = name.partition("-")[0]
        if name.endswith("-live"):
            assert keys == {"reporting-worker-url", "kafka-password"}, "the live board opens nothing"
        elif service in KEK_CLASSES:
            assert {key for key in keys if key.startswith("kek-")} == {f"kek-{each}" for each in KEK_CLASSES[service]}
        shown = {each["value"].rpartition("/")[2] for each in pod["containers"][0]["env"] if each["name"].endswith("_FILE")}
        assert shown == keys


@rendered_by_kubectl
def test_a_pod_trusts_the_servers_that_it_is_given_addresses_of_and_sees_no_key_of_an_authority() -> None:
    found = documents("antique")
    settings = next(each for each in found if each["kind"] == "ConfigMap")["data"]
    for name, pod in pods(found):
        (volume,) = (each["projected"]["sources"] for each in pod["volumes"] if "projected" in each)
        assert {item["key"] for source in volume for item in source["secret"]["items"]} == {"ca.crt"}
        held = {item["path"] for source in volume for item in source["secret"]["items"]}
        (mount,) = (each["mountPath"] for each in pod["containers"][0]["volumeMounts"] if each["name"] == "authorities")
        assert settings["GABAY_KAFKA_CA_FILE"].removeprefix(f"{mount}/") in held
        addresses = [each for each in (item["name"] for item in pod["containers"][0]["env"]) if each.endswith("_URL_FILE")]
        wanted = {"KEYRING": "keyring.crt", "ACCESS": "access.crt"}
        own = name.removeprefix("migrate-").partition("-")[0] + ".crt"
        assert {wanted.get(each.split("_")[1], own) for each in addresses if "ATTACHMENTS" not in each} == held - {
            "kafka.crt",
            "issuer.crt",
        }


POSTGRES = {name: {"cnpg.io/cluster": name} for name in (*SERVICES, "keyring", "access")}
BROKERS = {"strimzi.io/cluster": "gabay", "strimzi.io/kind": "Kafka"}


def may(found: list[dict[str, Any]], source: dict[str, str], target: dict[str, str], port: int) -> bool:
    """Whether the policies of a namespace let one of its Pods open a connection to another: both ends have their say."""
    policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]

    def allowed(mine: dict[str, str], other: dict[str, str], rules: str, peers: str) -> bool:
        def named(rule: dict[str, Any]) -> bool:
            ports = {each["port"] for each in rule.get("ports", [])}
            selectors = [each["podSelector"] for each in rule.get(peers, []) if "podSelector" in each]
            return (not ports or port in ports) and any(chosen(each, other) for each in selectors)

        return any(named(rule) for each in policies if chosen(each["podSelector"], mine) for rule in each.get(rules, []))

    return allowed(source, target, "egress", "to") and (target == BROKERS or allowed(target, source, "ingress", "from"))


def chosen(selector: dict[str, Any], pod: dict[str, str]) -> bool:
    return selector.get("matchLabels", {}).items() <= pod.items()


@rendered_by_kubectl
def test_nothing_flows_that_no_policy_names() -> None:
    found = documents("antique")
    (closed,) = (each["spec"] for each in found if each["kind"] == "NetworkPolicy" and each["metadata"]["name"] == "deny-all")
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for process in PROCESSES:
        reached = {name for name, pod in POSTGRES.items() if may(found, labels(process.name), pod, 5432)}
        shared = set() if process.kind == "live" else {"keyring", "access"}
        assert reached == {process.service} | shared, process.name
        assert may(found, labels(process.name), BROKERS, 9093) == (process.kind != "api")
    for target, pod in POSTGRES.items():
        assert {name for name in POSTGRES if may(found, labels(f"migrate-{target}"), POSTGRES[name], 5432)} == {target}
        assert may(found, pod, pod, 5432), "its instances replicate"
    assert may(found, BROKERS, BROKERS, 9091)
    assert not may(found, labels("intake-api"), labels("casework-api"), 8102)
    (kafka,) = (each["spec"]["kafka"] for each in found if each["kind"] == "Kafka")
    (peers,) = (each["networkPolicyPeers"] for each in kafka["listeners"])  # from which Strimzi writes who may come in
    assert {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gabay"}}} in peers
    mine = [each["spec"] for each in found if each["kind"] == "NetworkPolicy" and chosen(each["spec"]["podSelector"], labels("intake-api"))]
    assert "ipBlock" not in str(mine), "no way out of the cluster"
    assert all(rule.get("to") for each in mine for rule in each.get("egress", [])), "nor to wherever"


@rendered_by_kubectl
def test_what_scales_a_worker_can_ask_the_brokers_from_another_namespace() -> None:
    found = documents("antique")
    held = {each["metadata"]["name"]: each["spec"] for each in found if each["kind"] == "TriggerAuthentication"}
    (config,) = (each["data"] for each in found if each["kind"] == "ConfigMap")
    assert config["GABAY_KAFKA_BOOTSTRAP"] == "gabay-kafka-bootstrap.gabay-antique.svc:9093", "a name that holds in every namespace"
    for scaler in (each for each in found if each["kind"] == "ScaledObject"):
        (trigger,) = scaler["spec"]["triggers"]
        assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha512", "enable")
        assert "limitToPartitionsWithLag" not in trigger["metadata"], "KEDA refuses it where no topic is named"
        (deployment,) = (e for e in found if (e["kind"], e["metadata"]["name"]) == ("Deployment", scaler["spec"]["scaleTargetRef"]["name"]))
        told = held[trigger["authenticationRef"]["name"]]
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert {(each["name"], each["containerName"]) for each in told["env"]} <= {(e["name"], container["name"]) for e in container["env"]}


@rendered_by_kubectl
def test_what_a_container_is_told_to_run_is_a_command_with_such_arguments() -> None:
    for _, pod in pods(documents("antique")):
        verb, *arguments = pod["containers"][0]["args"]
        module, function = ALL[verb].split(":")
        app = typer.Typer(add_completion=False)
        app.command()(getattr(importlib.import_module(module), function))
        typer.main.get_command(app).make_context(verb, arguments)


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
