"""A real cluster's control plane for tests, on this machine's loopback: etcd, kube-apiserver, kube-controller-manager.

It admits, defaults, refuses and makes Pods as any cluster does; no node is there to run them.
Programs and definitions are built by tests/harness/cluster_programs.py.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.drive import free_port
from tests.harness.cluster_programs import BIN, DEFINITIONS, missing

RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


def why_not() -> str:
    """What keeps this machine from it; empty: nothing."""
    if not shutil.which("kubectl"):
        return "kubectl is not on this machine"
    return f"not built (python -m tests.harness.cluster_programs): {', '.join(missing())}" if missing() else ""


class Cluster:
    """What an operator can do to it. folder: for its state, its keys and its logs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self._token = folder, free_port(), secrets.token_urlsafe(24)
        self.address = f"https://127.0.0.1:{self.port}"
        self._started: list[subprocess.Popen[bytes]] = []
        self.config = folder / "config"

    def kubectl(self, *words: str, told: str | None = None, check: bool = True) -> str:
        """What it wrote; a warning is an error. Raises AssertionError with its last words."""
        command = ["kubectl", f"--kubeconfig={self.config}", "--warnings-as-errors", *words]
        done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
        assert not (check and done.returncode), f"{' '.join(words)[:200]}: {(done.stdout + done.stderr)[-4_000:]}"
        return done.stdout + done.stderr

    def read(self, *words: str) -> list[dict[str, Any]]:
        """The objects that `kubectl get WORDS` finds."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", *words, "--output=json"))["items"]
        return found

    def apply(self, *words: str, told: str | None = None) -> None:
        """As documented for an operator: by the server, which refuses what it does not know."""
        self.kubectl("apply", "--server-side", "--validate=strict", *words, told=told)

    def namespace(self, name: str, **labels: str) -> None:
        """One where no Pod may do more than the strictest profile lets it."""
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED | labels}}
        self.apply("-f", "-", told=json.dumps(made))

    def start(self) -> None:
        """Until the apiserver is ready and knows the operators' resources."""
        store, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        key = self.folder / "accounts.key"
        made = ec.generate_private_key(ec.SECP256R1())
        key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        (self.folder / "tokens").write_text(f"{self._token},operator,1,system:masters\n")
        self.run(BIN / "etcd", f"--data-dir={self.folder / 'etcd'}", f"--listen-client-urls={store}", f"--advertise-client-urls={store}",
                  f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
                  "--unsafe-no-fsync")  # fmt: skip
        self.run(BIN / "kube-apiserver", f"--etcd-servers={store}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
                  f"--secure-port={self.port}", f"--cert-dir={self.folder / 'certs'}", f"--token-auth-file={self.folder / 'tokens'}",
                  "--authorization-mode=Node,RBAC", "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true",
                  "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={key}",
                  f"--service-account-signing-key-file={key}")  # fmt: skip
        certificate = self.folder / "certs" / "apiserver.crt"
        self.wait(lambda: certificate.exists(), "the apiserver's certificate")
        authority = base64.b64encode(certificate.read_bytes()).decode()
        self.config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "tests",
            "clusters": [{"name": "tests", "cluster": {"server": self.address, "certificate-authority-data": authority}}],
            "users": [{"name": "operator", "user": {"token": self._token}}],
            "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "operator"}}],
        }))  # fmt: skip
        self.wait(lambda: self.kubectl("get", "--raw=/readyz", check=False).strip() == "ok", "the apiserver")
        self.run(BIN / "kube-controller-manager", f"--kubeconfig={self.config}", f"--service-account-private-key-file={key}",
                  "--use-service-account-credentials=true", "--leader-elect=false", f"--secure-port={free_port()}",
                  "--bind-address=127.0.0.1", f"--cert-dir={self.folder / 'controller-certs'}")  # fmt: skip
        self.apply("-f", str(DEFINITIONS))
        self.kubectl("wait", "--for=condition=Established", "--all", "crd", "--timeout=60s")

    def stop(self, *names: str) -> None:
        """These programs, or all of them."""
        for process in [each for each in reversed(self._started) if not names or Path(each.args[0]).name in names]:  # type: ignore[index]
            self._started.remove(process)
            process.kill()
            process.wait()

    def run(self, program: Path | str, *words: str) -> None:
        """Start one more program of this cluster."""
        with (self.folder / f"{Path(program).name}.log").open("wb") as log:
            self._started.append(subprocess.Popen([str(program), *words], cwd=self.folder, stdout=log, stderr=log))

    def wait(self, there: Any, what: str, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not there():
            dead = [process.args for process in self._started if process.poll() is not None]
            logs = "".join(f"{file.name}: {file.read_text()[-1_500:]}" for file in self.folder.glob("*.log"))
            assert not dead, f"{what} did not start: {logs}"
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}; {logs}"
            time.sleep(0.1)  # between two looks at the condition


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster of its own until the end of the block."""
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
