"""A real Keycloak for tests: its published distribution, over TLS, with the realm of deploy/keycloak as it lies there.

What is fetched (160 MB, once) is trusted by its SHA-256 alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import os
import re
import secrets
import socket
import ssl
import struct
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.embedded.jars import Jar, _fetch_one, cache_folder
from deploy.embedded.kafka import java
from deploy.embedded.secure import _certificates
from deploy.embedded.stack import ROOT

DISTRIBUTION = Jar(
    "org.keycloak", "keycloak-quarkus-dist", "26.4.5", "74fed80ab67607c86995824ad4b965f53cca0a706e2aeded45e173d3ccb0b24d", "tar.gz"
)
FOLDER = ROOT / "deploy" / "keycloak"
REGION = "antique"
APP = f"https://app.{REGION}.example/signed-in"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. otp: the secret of their second factor; sub: who they are in tokens."""

    name: str
    realm: str
    password: str
    otp: str
    sub: str = ""

    def answers(self, page: str) -> dict[str, str]:
        """What they enter at a form of the sign-in."""
        if 'name="otp"' not in page:
            return {"username": self.name, "password": self.password}
        digest = hmac.digest(self.otp.encode(), struct.pack(">Q", int(time.time()) // 30), "sha256")
        [number] = struct.unpack(">I", digest[digest[-1] & 15 :][:4])
        return {"otp": f"{(number & 0x7FFFFFFF) % 10**6:06}"}


@dataclass(frozen=True, slots=True)
class Keycloak:
    """The server, and its operator's rights."""

    port: int
    ca_file: Path
    password: str

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def issuer(self, realm: str = "gabay") -> str:
        return f"{self.address}/realms/{realm}"

    def client(self) -> httpx.Client:
        trusting = ssl.create_default_context(cafile=str(self.ca_file))
        return httpx.Client(base_url=self.address, verify=trusting, trust_env=False, timeout=60)

    # --- what an operator does ---

    def admin(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """A call of the interface for operators, which must work."""
        form = {"client_id": "admin-cli", "grant_type": "password", "username": "operator", "password": self.password}
        with self.client() as client:
            token = client.post("/realms/master/protocol/openid-connect/token", data=form).raise_for_status().json()["access_token"]
            headers = {"authorization": f"Bearer {token}"}
            answer = client.request(method, f"/admin/{path}", json=body, headers=headers, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def add_person(self, name: str, realm: str = "gabay") -> Person:
        """Somebody with a password and a second factor."""
        person = Person(name, realm, secrets.token_urlsafe(18), secrets.token_hex(10))
        otp = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA256"}
        credentials = [
            {"type": "password", "value": person.password},
            {"type": "otp", "secretData": json.dumps({"value": person.otp}), "credentialData": json.dumps(otp)},
        ]
        about = {"email": f"{name}@{REGION}.example", "emailVerified": True, "firstName": name, "lastName": name}
        made = self.admin("POST", f"realms/{realm}/users", about | {"username": name, "enabled": True, "credentials": credentials})
        return replace(person, sub=made.headers["location"].rsplit("/", 1)[1])

    def add_device(self, device: str, *keys: ECKey) -> str:
        """The account of a device, from the file for it: the id by which an operator calls the client."""
        account = json.loads((FOLDER / "device.json").read_text(encoding="utf-8").replace("DEVICE", device))
        account["attributes"]["jwks.string"] = _public(*keys)
        return self.admin("POST", "realms/gabay/clients", account).headers["location"].rsplit("/", 1)[1]

    def change_client(self, client: str, **attributes: Any) -> None:
        """Other members of a client's account; `keys` is the public halves it may sign with."""
        account = self.admin("GET", f"realms/gabay/clients/{client}").json()
        if keys := attributes.pop("keys", None):
            account["attributes"]["jwks.string"] = _public(*keys)
        self.admin("PUT", f"realms/gabay/clients/{client}", account | attributes)

    def signing_keys(self) -> dict[str, str]:
        """Key id -> provider of the keys that a token may be signed by now."""
        found = self.admin("GET", "realms/gabay/keys").json()["keys"]
        return {each["kid"]: each["providerId"] for each in found if each["use"] == "SIG" and each["algorithm"] == "ES256"}

    def add_signing_key(self, priority: int) -> str:
        """The next signing key, which signs from now on if its priority is the highest: the id of its provider."""
        parent = self.admin("GET", "realms/gabay").json()["id"]
        config = {"priority": [str(priority)], "enabled": ["true"], "active": ["true"], "ecdsaEllipticCurveKey": ["P-256"]}
        body = {"name": f"es256-{priority}", "parentId": parent, "providerId": "ecdsa-generated", "config": config}
        made = self.admin("POST", "realms/gabay/components", body | {"providerType": "org.keycloak.keys.KeyProvider"})
        return made.headers["location"].rsplit("/", 1)[1]

    # --- what a person and a device do ---

    def sign_in(self, person: Person, browser: httpx.Client | None = None, *, app: str = APP, **asked: str) -> dict[str, Any]:
        """The answer with a person's tokens, by the code flow with PKCE as the app does it, form after form.

        browser: one that may be signed in already; asked: further members of the request, as `acr_values`.
        """
        with nullcontext(browser) if browser else self.client() as browser:
            code = self.code(person, browser, app=app, **asked)
            return self.token(code, person.realm).raise_for_status().json()  # type: ignore[no-any-return]

    def code(self, person: Person, browser: httpx.Client, *, app: str = APP, **asked: str) -> dict[str, str]:
        """What the app sends for the tokens once somebody has signed in."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        client = {"client_id": "centre-app", "redirect_uri": app}
        first = client | {"response_type": "code", "scope": "openid", "code_challenge": challenge, "code_challenge_method": "S256"}
        page = browser.get(self.endpoint("auth", person.realm), params=first | asked)
        for _ in range(2):
            if page.status_code == 200:
                page = browser.post(_form(page), data=person.answers(page.text))
        assert page.status_code == 302, f"signing in ended at a page: {page.status_code}, {_said(page)}"
        [code] = parse_qs(urlsplit(page.headers["location"]).query)["code"]
        return client | {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}

    def token(self, form: dict[str, str], realm: str = "gabay") -> httpx.Response:
        """What the realm answers to a request for tokens."""
        with self.client() as client:
            return client.post(self.endpoint("token", realm), data=form)

    def endpoint(self, name: str, realm: str = "gabay") -> str:
        return f"{self.issuer(realm)}/protocol/openid-connect/{name}"

    def device_asks(self, device: str, key: ECKey) -> httpx.Response:
        """A device's request for a token, signed by this key of its own."""
        now, name = int(time.time()), f"device-{device}"
        claims = {"iss": name, "sub": name, "aud": self.issuer(), "jti": str(uuid4()), "iat": now, "exp": now + 60}
        form = {
            "grant_type": "client_credentials", "client_assertion_type": CLIENT_ASSERTION,
            "client_assertion": jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key),
        }  # fmt: skip
        return self.token(form)


def realm(name: str = "gabay", region: str = REGION) -> dict[str, Any]:
    """The realm's file with a region in place of REGION, as the how-to has it."""
    made: dict[str, Any] = json.loads((FOLDER / "realm.json").read_text(encoding="utf-8").replace("REGION", region))
    return made | {"realm": name}


@contextmanager
def serve(folder: Path) -> Iterator[Keycloak]:
    """A server of its own until the end of the block. Raises StackProblem when the distribution can't be had."""
    _fetch_one(DISTRIBUTION, cache_folder())
    with tarfile.open(DISTRIBUTION.below(cache_folder())) as packed:
        packed.extractall(folder, filter="data")
    home = next(folder.glob("keycloak-*"))
    authority, server = _certificates()
    (ca := folder / "ca.pem").write_text(authority)
    for name in ("server.key", "server.pem"):
        (folder / name).write_text(server)
    (home / "data" / "import").mkdir(parents=True)
    (home / "data" / "import" / "realm.json").write_text(json.dumps(realm()), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        str(home / "bin" / "kc.sh"), "start-dev", "--import-realm", "--http-host=127.0.0.1", "--http-enabled=false", f"--https-port={port}",
        f"--https-certificate-file={folder / 'server.pem'}", f"--https-certificate-key-file={folder / 'server.key'}",
        f"--hostname=https://127.0.0.1:{port}", "--cache=local",
    ]  # fmt: skip
    password, log = secrets.token_urlsafe(18), folder / "log"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "JAVA": java(), "JAVA_OPTS_APPEND": "-Xmx512m"}
    environment |= {"KC_BOOTSTRAP_ADMIN_USERNAME": "operator", "KC_BOOTSTRAP_ADMIN_PASSWORD": password}
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out, env=environment, start_new_session=True) as process:
        try:
            found = Keycloak(port, ca, password)
            _wait(found, process, log)
            yield found
        finally:
            os.killpg(process.pid, 9)  # the launcher and its Java


def _wait(server: Keycloak, process: subprocess.Popen[bytes], log: Path, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    with server.client() as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get("/realms/gabay/.well-known/openid-configuration").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)  # between two looks at the condition
    raise AssertionError(f"Keycloak did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _public(*keys: ECKey) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) | {"use": "sig", "alg": "ES256"} for key in keys]})


def _form(page: httpx.Response) -> str:
    found = re.search(r'<form[^>]*\saction="([^"]+)"', page.text)
    assert found, f"no form: {page.status_code} {_said(page)}"
    return html.unescape(found[1])


def _said(page: httpx.Response) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL).split())[-600:]
