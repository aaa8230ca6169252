"""What a cluster of tests is made of, built once from packages of Go and Rust: python -m tests.harness.cluster_programs

Kubernetes' own programs and etcd from their modules (20 minutes on two cores, 3 GB of cache), the definitions of KEDA and of the
Barman plugin as their modules hold them, and those of Strimzi and CloudNativePG regrown (definitions.py). All lie in
`$XDG_CACHE_HOME/gabay/cluster`; a second run builds what is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from deploy.embedded.jars import cache_folder
from tests.harness.definitions import definitions

VERSION = "1.33.13"
"""Of the cluster. Its programs are of one version; kubectl may be one minor version away."""
FOLDER = cache_folder().parent / "cluster"
BIN, DEFINITIONS = FOLDER / "bin", FOLDER / "definitions"
PROGRAMS = {
    "etcd": "go.etcd.io/etcd/server/v3",
    **{
        name: f"k8s.io/kubernetes/cmd/{name}"
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
    },
}
MODULES = {"github.com/kedacore/keda/v2": "v2.21.0", "github.com/cloudnative-pg/plugin-barman-cloud": "v0.15.0"}
CRATES = {"kcr_kafka_strimzi_io": "3.20260604.80828", "kcr_postgresql_cnpg_io": "3.20260607.103612"}


def missing() -> list[str]:
    """Programs and definitions that are not built yet."""
    wanted = [*(BIN / name for name in PROGRAMS), *(DEFINITIONS / _file(name) for name in (*MODULES, *CRATES))]
    return [str(each.relative_to(FOLDER)) for each in wanted if not each.exists()]


def main() -> None:
    """Raises CalledProcessError when a package cannot be had or does not build."""
    for folder in (BIN, DEFINITIONS, FOLDER / "build" / "src"):
        folder.mkdir(parents=True, exist_ok=True)
    for name, version in MODULES.items():
        bases = sorted((_module(f"{name}@{version}") / "config" / "crd" / "bases").glob("*.yaml"))
        (DEFINITIONS / _file(name)).write_text("---\n".join(each.read_text(encoding="utf-8") for each in bases), encoding="utf-8")
    for name, folder in _crates().items():
        (DEFINITIONS / _file(name)).write_text(yaml.safe_dump_all(definitions(folder, "v1")), encoding="utf-8")
    _programs()


def _file(name: str) -> str:
    return f"{name.replace('/', '-')}.yaml"


def _module(name: str) -> Path:
    told = subprocess.run(["go", "mod", "download", "-json", name], cwd=FOLDER, capture_output=True, text=True, check=True)
    return Path(json.loads(told.stdout)["Dir"])


def _crates() -> dict[str, Path]:
    """Where cargo keeps the sources of each."""
    folder = FOLDER / "build"
    lines = [f'{name} = {{ version = "={version}", default-features = false }}' for name, version in CRATES.items()]
    head = ["[package]", 'name = "definitions"', 'version = "0.0.0"', 'edition = "2021"', "[dependencies]"]
    (folder / "Cargo.toml").write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    (folder / "src" / "lib.rs").touch()
    told = subprocess.run(["cargo", "metadata", "--format-version", "1"], cwd=folder, capture_output=True, text=True, check=True)
    return {each["name"]: Path(each["manifest_path"]).parent for each in json.loads(told.stdout)["packages"] if each["name"] in CRATES}


def _programs() -> None:
    """Kubernetes' module names its own parts v0.0.0: whoever builds it says which version those are."""
    folder = FOLDER / "build"
    module = (_module(f"k8s.io/kubernetes@v{VERSION}") / "go.mod").read_text(encoding="utf-8")
    parts = re.findall(r"^\t(k8s\.io/\S+) v0\.0\.0$", module, re.MULTILINE)
    replaced = "".join(f"replace {part} => {part} v0{VERSION[1:]}\n" for part in parts)
    (folder / "go.mod").write_text(f"module gabay.example/cluster\ngo 1.24.0\nrequire k8s.io/kubernetes v{VERSION}\n{replaced}")
    version = "k8s.io/component-base/version"
    flags = f"-s -w -X {version}.gitVersion=v{VERSION} -X {version}.gitMajor=1 -X {version}.gitMinor={VERSION.split('.')[1]}"
    for name, package in PROGRAMS.items():
        if not (BIN / name).exists():
            command = [
                "go",
                "build",
                "-trimpath",
                "-buildvcs=false",
                "-mod=mod",
                "-ldflags",
                flags,
                "-o",
                str(BIN / f"{name}.half"),
                package,
            ]
            subprocess.run(command, cwd=folder, env=os.environ | {"CGO_ENABLED": "0"}, check=True)
            shutil.move(BIN / f"{name}.half", BIN / name)


if __name__ == "__main__":
    main()
