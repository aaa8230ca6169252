"""One node for a cluster of tests: containerd, kubelet and kube-proxy of this machine, a bridge for Pods, and names for Services.

It takes root, and Debian's packages containerd, runc, containernetworking-plugins, dnsmasq-base, iptables and conntrack.
No network policy is enforced: the bridge knows none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.drive import free_port
from tests.harness.cluster import Cluster
from tests.harness.cluster_programs import BIN

NEEDED = ("containerd", "runc", "ctr", "dnsmasq", "iptables", "conntrack", "docker", "gcc")
BRIDGE, PODS, GATEWAY, NAME = "gabaytest0", "10.244.0.0/24", "10.244.0.1", "tests"
NETWORK = "gabay-tests"
PAUSE = "gabay.example/pause:1"
CONTAINERD = """
version = 2
root = "{folder}/containerd"
state = "{run}/containerd"
[grpc]
  address = "{run}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true  # a root without CAP_SYS_RESOURCE cannot lower it
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{run}/cni"
"""
PAUSING = """
#include <signal.h>
#include <unistd.h>
void end(int s) { _exit(0); }
int main() { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }
"""


def why_not() -> str:
    """What keeps this machine from it; empty: nothing."""
    if os.geteuid() != 0:
        return "a node takes root"
    if missing := [each for each in NEEDED if not shutil.which(each)]:
        return f"not on this machine: {', '.join(missing)}"
    return "" if Path("/usr/lib/cni/bridge").exists() else "containernetworking-plugins is not on this machine"


class Node:
    """folder: for images and logs; run: a short path for sockets, which goes away with the node."""

    def __init__(self, cluster: Cluster, folder: Path, run: Path) -> None:
        self.cluster, self.folder, self.run = cluster, folder, run
        self.socket = run / "containerd.sock"

    def start(self) -> None:
        """Until the node is ready. Pods run as soon as their images are there: `bring`."""
        (self.run / "cni").mkdir(parents=True)
        ipam = {
            "type": "host-local",
            "dataDir": str(self.run / "addresses"),
            "ranges": [[{"subnet": PODS}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        }
        bridge = {"type": "bridge", "bridge": BRIDGE, "isGateway": True, "ipMasq": True, "hairpinMode": True, "ipam": ipam}
        (self.run / "cni" / "10-tests.conflist").write_text(json.dumps({"cniVersion": "0.4.0", "name": NETWORK, "plugins": [bridge]}))
        (self.run / "containerd.toml").write_text(CONTAINERD.format(folder=self.folder, run=self.run, pause=PAUSE))
        self.cluster.run("containerd", f"--config={self.run / 'containerd.toml'}")
        self.cluster.wait(self.socket.exists, "containerd")
        self._pause()
        subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
        subprocess.run(["ip", "addr", "add", f"{GATEWAY}/24", "dev", BRIDGE], check=True)
        subprocess.run(["ip", "link", "set", BRIDGE, "up"], check=True)
        (self.run / "hosts").touch()
        (self.run / "resolv.conf").touch()
        names = ("--no-resolv", "--no-hosts", f"--addn-hosts={self.run / 'hosts'}")
        here = ("--bind-interfaces", f"--listen-address={GATEWAY}", "--except-interface=lo")
        self.cluster.run("dnsmasq", *names, *here, "--keep-in-foreground", "--user=root", f"--pid-file={self.run / 'dnsmasq.pid'}")
        kubelet = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "address": "127.0.0.1", "port": free_port(),
            "healthzPort": free_port(), "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"}, "cgroupDriver": "cgroupfs", "cgroupRoot": "/", "failSwapOn": False,
            "containerRuntimeEndpoint": f"unix://{self.socket}", "clusterDNS": [GATEWAY], "clusterDomain": "cluster.local",
            "resolvConf": str(self.run / "resolv.conf"), "evictionHard": {"memory.available": "100Mi"}, "imageGCHighThresholdPercent": 100,
            "podLogsDir": str(self.run / "logs"), "makeIPTablesUtilChains": False,
        }  # fmt: skip
        (self.run / "kubelet.yaml").write_text(json.dumps(kubelet))
        told = f"--kubeconfig={self.cluster.config}"
        mine = (f"--config={self.run / 'kubelet.yaml'}", f"--root-dir={self.run / 'kubelet'}", f"--cert-dir={self.run / 'kubelet-certs'}")
        self.cluster.run(BIN / "kubelet", told, *mine, f"--hostname-override={NAME}")
        self.cluster.run(BIN / "kube-scheduler", told, "--leader-elect=false", f"--secure-port={free_port()}",
                         "--bind-address=127.0.0.1")  # fmt: skip
        self.cluster.run(BIN / "kube-proxy", told, "--proxy-mode=iptables", f"--cluster-cidr={PODS}",
                         f"--hostname-override={NAME}", f"--healthz-bind-address=127.0.0.1:{free_port()}",
                         f"--metrics-bind-address=127.0.0.1:{free_port()}", "--conntrack-max-per-core=0")  # fmt: skip
        self.cluster.wait(lambda: " Ready" in self.cluster.kubectl("get", "nodes", check=False), "the node")

    def bring(self, *images: str) -> None:
        """From the engine that built them."""
        saving = subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE)
        subprocess.run(self._ctr("images", "import", "-"), stdin=saving.stdout, stdout=subprocess.DEVNULL, check=True)
        assert saving.wait() == 0, f"not built: {', '.join(images)}"

    def name_services(self, **more: str) -> None:
        """Let Pods know every Service by its names. more: other names -> the address of each."""
        lines = [f"{address} {name}" for name, address in more.items()]
        for each in self.cluster.read("services", "--all-namespaces"):
            name, namespace = each["metadata"]["name"], each["metadata"]["namespace"]
            lines.append(f"{each['spec']['clusterIP']} {name}.{namespace}.svc.cluster.local {name}.{namespace}.svc {name}.{namespace}")
        (self.run / "hosts").write_text("\n".join([*lines, ""]))
        os.kill(int((self.run / "dnsmasq.pid").read_text()), 1)  # read it again

    def stop(self) -> None:
        """Everything that it made on this machine goes: Pods, mounts, rules, the bridge. Stops the cluster too."""
        self.cluster.kubectl("delete", "namespaces", "--selector=pod-security.kubernetes.io/enforce", "--wait=false", check=False)
        self.cluster.kubectl("delete", "pods", "--all", "--all-namespaces", "--grace-period=0", "--force", check=False)
        self.cluster.stop("kubelet", "kube-scheduler")
        for each in subprocess.run(self._ctr("tasks", "list", "--quiet"), capture_output=True, text=True, check=False).stdout.split():
            subprocess.run(self._ctr("tasks", "kill", "--signal=SIGKILL", each), capture_output=True, check=False)
        self.cluster.stop()
        subprocess.run([str(BIN / "kube-proxy"), "--cleanup"], capture_output=True, check=False)
        subprocess.run(["ip", "link", "delete", BRIDGE], capture_output=True, check=False)
        rules = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout.splitlines()
        named = [line for line in rules if f'name: \\"{NETWORK}\\"' in line]
        ours = {"KUBE-", *re.findall(r"CNI-\w+", " ".join(named))}
        kept = "\n".join(line for line in rules if not any(each in line for each in ours))
        subprocess.run(["iptables-restore"], input=f"{kept}\n", text=True, check=True)
        for each in Path("/var/lib/cni/results").glob(f"{NETWORK}-*"):  # of Pods that went with their containerd
            told = json.loads(each.read_text())
            subprocess.run(
                ["ip", "netns", "delete", Path(told["result"]["interfaces"][-1]["sandbox"]).name], capture_output=True, check=False
            )
            each.unlink()
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):
            if line.split()[1].startswith(f"{self.run}/"):
                subprocess.run(["umount", "--lazy", line.split()[1]], check=False)
        for group in sorted(Path("/sys/fs/cgroup").glob("**/kubepods/**/"), key=lambda each: -len(each.parts)):
            group.rmdir()
        for each in Path("/var/log/containers").glob("*.log"):
            if str(each.readlink()).startswith(str(self.run)):
                each.unlink()

    def _ctr(self, *words: str) -> list[str]:
        return ["ctr", f"--address={self.socket}", "--namespace=k8s.io", *words]

    def _pause(self) -> None:
        """The image whose one process holds a Pod's network."""
        (self.run / "pause.c").write_text(PAUSING)
        subprocess.run(["gcc", "-static", "-Os", "-o", str(self.run / "pause"), str(self.run / "pause.c")], check=True)
        (self.run / "Dockerfile").write_text('FROM scratch\nCOPY pause /pause\nUSER 65535:65535\nENTRYPOINT ["/pause"]\n')
        packed = subprocess.run(["tar", "-C", str(self.run), "-c", "Dockerfile", "pause"], stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["docker", "build", "--quiet", "--tag", PAUSE, "-"], input=packed, stdout=subprocess.DEVNULL, check=True)
        self.bring(PAUSE)


@contextmanager
def running(cluster: Cluster, folder: Path) -> Iterator[Node]:
    """A node until the end of the block; then the cluster is stopped as well."""
    node = Node(cluster, folder, Path(f"/run/gabay-tests-{os.getpid()}"))
    try:
        node.start()
        yield node
    finally:
        node.stop()
        shutil.rmtree(node.run, ignore_errors=True)
