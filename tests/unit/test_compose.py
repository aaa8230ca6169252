"""docker-compose.yml and the image: the form of the standard, nothing that a container does not need, commands that exist.

No container engine is needed or used here: what an engine would find besides is not tested on a machine without one.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from cli.app import ALL
from cli.manifests import stale
from deploy.compose import inside
from deploy.compose.secrets import main as make_secrets
from deploy.manifests.compose import JAVA_TMP
from deploy.manifests.table import IMAGES, all_secrets
from shared.settings import KEK_CLASSES, ROOT, Settings
from tests.harness import container

# As compose reads it where nothing is set: the defaults.
TEXT = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", (ROOT / "docker-compose.yml").read_text())
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"] == IMAGES["gabay"]}
DOCKERFILE = (ROOT / "deploy/compose/Dockerfile").read_text()
every = pytest.mark.parametrize("name", SERVICES)


def test_the_written_files_are_those_that_the_table_makes() -> None:
    assert not stale(), "run: ./gabay manifests"


def test_it_has_the_form_of_the_compose_specification() -> None:
    told = compose_spec.PyCompose.from_yaml(TEXT)
    told.validate()
    assert set(told.service_names()) == set(SERVICES)


@every
def test_a_container_has_only_what_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is (name != "keycloak"), "of all, the identity provider for trying builds itself when it starts"
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["init"] is True
    assert service["ulimits"] == {"core": 0}, "a core dump would hold keys and names"
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & set(service)


@every
def test_its_image_is_named_by_an_exact_tag(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert image
    assert re.search(r"\d+\.\d+\.?\d*", tag), tag
    assert "latest" not in tag


@every
def test_its_ports_are_open_on_this_machine_only_and_behind_the_edge(name: str) -> None:
    service = SERVICES[name]
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert ("edge" in service["networks"]) == bool(service.get("ports"))
    assert DOCUMENT["networks"]["back"] == {"internal": True}


@every
def test_it_says_when_it_is_well(name: str) -> None:
    service = SERVICES[name]
    runs_once = service["restart"] == "no"
    silent = service.get("healthcheck") == {"disable": True}
    assert "healthcheck" in service or runs_once
    assert not silent or runs_once or service.get("profiles"), "the core of a region is watched"


@every
def test_what_it_mounts_and_waits_for_is_there(name: str) -> None:
    service = SERVICES[name]
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in DOCUMENT["volumes"], source
    for other, condition in service.get("depends_on", {}).items():
        needed = {"service_healthy": "healthcheck", "service_completed_successfully": "restart"}[condition["condition"]]
        assert needed in SERVICES[other]
        assert condition["condition"] != "service_completed_successfully" or SERVICES[other]["restart"] == "no"
    assert set(service.get("secrets", ())) <= set(DOCUMENT["secrets"])


@pytest.mark.parametrize("name", OURS)
def test_its_command_is_one_of_ours(name: str) -> None:
    service = OURS[name]
    entrypoint = service.get("entrypoint", ["gabay"])
    if entrypoint[:2] == ["python", "-m"]:
        assert callable(importlib.import_module(entrypoint[2]).main)
        return
    verb, *words = service["command"]
    if verb.startswith("-"):
        return
    module, _, function = ALL[verb].partition(":")
    target = getattr(importlib.import_module(module), function)
    if words and verb in ("serve", "work"):
        process = {"serve": "api", "work": "worker"}[verb]
        assert importlib.util.find_spec(f"services.{words[0]}.{process}"), "no such process"
    assert target is not None


def test_every_verb_in_it_is_understood_by_the_command_line() -> None:
    told = subprocess.run(["./gabay", *OURS["topics"]["command"], "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets(folder)
    return folder


def test_every_secret_has_a_maker_and_a_reader(secrets: Path) -> None:
    assert {each.name for each in secrets.iterdir()} >= set(all_secrets())
    read = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert read == set(DOCUMENT["secrets"])


@pytest.mark.parametrize("name", [name for name in OURS if "GABAY_SERVICE" in OURS[name]["environment"]])
def test_a_process_starts_with_this_environment_and_reads_no_other_services_keys(name: str, secrets: Path) -> None:
    environment = {}
    for variable, value in OURS[name]["environment"].items():
        environment[variable] = (value or "").replace("/run/secrets", str(secrets))
    service, process = environment["GABAY_SERVICE"], environment["GABAY_PROCESS"]
    settings = Settings.load(service, process, environment)
    classes = () if process == "live" else KEK_CLASSES[service]  # the live board opens nothing
    assert set(settings.kek) == set(classes)
    mounted = set(OURS[name]["secrets"])
    assert {each for each in mounted if each.startswith("kek-")} == {f"kek-{each}" for each in classes}
    assert not any(each.endswith("-url") and not each.startswith(f"{service}-") for each in mounted)
    assert ("blind-index-key" in mounted) == (service == "intake")


def test_a_verb_in_the_container_of_tools_asks_as_any_process(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "SECRETS", secrets)
    plain = {name: value or "" for name, value in OURS["cli"]["environment"].items()}
    for name in (name for name in OURS if "GABAY_SERVICE" in OURS[name]["environment"]):
        service, process = (OURS[name]["environment"][each] for each in ("GABAY_SERVICE", "GABAY_PROCESS"))
        told = inside.environment(service, process)
        Settings.load(service, process, plain | told)
        assert {Path(file).name for file in told.values()} == set(OURS[name]["secrets"]) <= set(OURS["cli"]["secrets"])
    for target in ("keyring", "access", "intake"):
        assert Settings.load(target, "migrate", plain | inside.environment(target, "migrate")).database_owner_url


def test_kafka_may_load_the_library_that_it_unpacks() -> None:
    for name in ("kafka", "mirror"):
        assert JAVA_TMP.endswith(":exec")
        assert JAVA_TMP in SERVICES[name]["tmpfs"], "zstd comes out of its jar into /tmp, and a tmpfs is noexec"


def test_a_secret_is_never_in_the_environment_itself() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|KEK|_KEY|KEYS|SECRET|_URL$", variable)
            assert not secret or variable.endswith("_FILE") or "://" not in str(value) or "@" not in str(value), f"{name}: {variable}"


# --- the image: what hadolint would say of it, and what it would not ----------------------------------------------------------


def stages() -> list[list[str]]:
    lines = re.sub(r"\\\n(?:\s*#.*\n)*", " ", DOCKERFILE).splitlines()
    found: list[list[str]] = []
    for line in (line.strip() for line in lines if line.strip() and not line.startswith("#")):
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def test_the_image_has_two_stages_on_one_exact_base() -> None:
    bases = [stage[0].split()[1] for stage in stages()]
    assert bases == [IMAGES["python"]] * 2


def test_packages_come_by_their_hashes_and_the_last_stage_installs_none() -> None:
    build, final = stages()
    assert any("--require-hashes --no-deps" in line for line in build)
    assert not any("pip install" in line or "apt-get" in line for line in final)
    assert any("pip uninstall" in line for line in final)


def test_the_image_is_built_by_compose_and_asks_no_registry_how() -> None:
    built = {name: service["build"] for name, service in SERVICES.items() if "build" in service}
    assert built == {"migrate": {"context": ".", "dockerfile": "deploy/compose/Dockerfile"}}
    assert SERVICES["migrate"]["image"] == IMAGES["gabay"], "one build for all that name this image"
    assert "syntax=" not in DOCKERFILE, "a front end of its own would come from a registry at every build"


def test_whoever_runs_it_may_write_to_its_volumes() -> None:
    """GABAY_UID is the user's of the machine; a new volume takes the mode of what it is laid over."""
    made = re.search(r"install -d -m 1777 ([^\n&]*)", DOCKERFILE)
    mounted = {volume.split(":")[1] for service in OURS.values() for volume in service.get("volumes", ()) if volume[0] != "."}
    assert made
    assert set(made[1].split()) == mounted


def test_the_entry_point_may_be_read_again_by_a_process_of_a_pool() -> None:
    """Tables are frozen in a process of their own, which begins by importing what the first one ran."""
    runpy.run_path(str(ROOT / "deploy/compose/gabay"), run_name="__mp_main__")


def test_it_runs_as_nobody_in_particular_and_without_a_shell() -> None:
    final = stages()[1]
    assert "USER 10001:10001" in final
    entry = next(line for line in final if line.startswith("ENTRYPOINT"))
    assert entry == 'ENTRYPOINT ["gabay"]'
    assert final.index("USER 10001:10001") < final.index(entry)
    assert any(line.startswith("HEALTHCHECK") and "/health/ready" in line for line in final)
    assert any("org.opencontainers.image" in line for line in final)


def test_what_it_copies_is_there_and_no_secret_is_among_it() -> None:
    for stage in stages():
        assert not any(line.startswith("ADD ") for line in stage)
        for line in (line for line in stage if line.startswith("COPY ") and "--from" not in line):
            assert (ROOT / line.split()[1]).exists(), line
    # At the root, where every builder looks for it: the file of one Dockerfile alone is BuildKit's own.
    assert "deploy/compose/secrets" in (ROOT / ".dockerignore").read_text().splitlines()
    assert not list((ROOT / "deploy/compose").glob("*.dockerignore"))


def test_what_the_code_reads_of_the_source_tree_is_in_the_image() -> None:
    copied = [line.split()[1] for line in stages()[0] if line.startswith("COPY ")]
    assert {"pyproject.toml", "docs/reference"} <= set(copied), "every api reads its release, and reporting answers /v1/schemas"
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"!pyproject.toml", "!docs/reference"} <= set(kept)


def test_the_stand_in_for_a_container_holds_what_the_image_holds() -> None:
    """`tests/harness/container.py`, with which intake's api and worker run on a read-only root."""
    copied = [line.split() for line in stages()[0] if line.startswith("COPY ")]
    of_the_tree = {words[1] for words in copied} - {"requirements/runtime.txt", "deploy/compose/gabay"}
    assert of_the_tree == set(container.COPIED)
    assert f"USER {container.USER}:{container.USER}" in stages()[1]


def test_kafka_and_postgres_have_the_settings_of_the_embedded_stack() -> None:
    for name, other in (("server.properties", "kafka/server.properties"), ("postgresql.conf", "postgres/postgresql.conf")):
        ours, theirs = _settings(ROOT / "deploy/embedded" / name), _settings(ROOT / "deploy/compose" / other)
        addresses = {
            "listeners",
            "listener.security.protocol.map",
            "advertised.listeners",
            "controller.quorum.voters",
            "log.dirs",
            "unix_socket_permissions",
        }
        assert {key: theirs.get(key) for key in ours.keys() - addresses} == {key: ours[key] for key in ours.keys() - addresses}


def _settings(file: Path) -> dict[str, str]:
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines if line)}
