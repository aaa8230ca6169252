"""S3 against the running api: forged, swapped and huge tokens are refused in bounded time and memory, and cost nobody else anything.

ASVS 9.1.1-3, 9.2.1-4; API2. Planted bug: an api that takes any audience.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from deploy.embedded.stack import Stack
from shared.http import issuer
from tests.harness.processes import memory_peak
from tests.harness.region import Region

pytestmark = pytest.mark.slow
MIB = 1 << 20
SECONDS = 1.0
ALLOWED_GROWTH = 32 * MIB
AT_ONCE = 20
REFUSED = (401, 429)
"""Of an address that has sent twenty bad tokens within a minute more are not looked at; a good one always is."""
RSA = RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


def forged(good: str, key: ECKey) -> dict[str, str]:
    """Tokens that differ from a good one in one thing each, signed by its issuer's own key where the attack leaves that."""
    head, body, signature = good.split(".")
    claims, header = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (body, head))
    public = OctKey.import_key(json.dumps(key.as_dict(private=False)).encode())

    def signed(by: Any = key, algorithm: str = "ES256", **changed: Any) -> str:
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        return jws.serialize_compact(
            header | {"alg": algorithm}, json.dumps(claims | changed).encode(), by, algorithms=[algorithm], registry=registry
        )

    none = base64.urlsafe_b64encode(json.dumps(header | {"alg": "none"}).encode()).decode().rstrip("=")
    return {
        "none": f"{none}.{body}.{signature}",
        "HS256 with the public key": signed(public, "HS256"),
        "RS256 with a key of one's own": signed(RSA, "RS256"),
        "another key": signed(ECKey.generate_key("P-256")),
        "another service": signed(aud=["gabay-casework", "gabay-reporting"]),
        "nobody's": signed(aud=[]),
        "another region": signed(iss="https://id.masbate.example/realms/gabay"),
        "long over": signed(iat=1, exp=3_000),
    }


async def status(client: httpx.AsyncClient, token: str) -> int:
    """0: the connection was closed on whoever still sent."""
    try:
        return (await client.get("/v1/changes", headers={"authorization": f"Bearer {token}"})).status_code
    except (httpx.NetworkError, httpx.ProtocolError):
        return 0


async def test_the_running_api_refuses_them_and_goes_on(region: Region) -> None:
    good = await region.token("supervisor")
    key = issuer.signing_key(region.stack.home.path)
    pid = region.stack.pid("referrals-api")
    assert pid
    async with httpx.AsyncClient(base_url=region.url("referrals"), trust_env=False, timeout=10) as client:
        assert await status(client, good) == 200
        before = memory_peak(pid)
        longest = {"as long as a header may be": good + "y" * (7 * 1024 - len(good))}
        for name, token in {**forged(good, key), **longest}.items():
            began = time.perf_counter()
            assert await status(client, token) in REFUSED, name
            assert time.perf_counter() - began < SECONDS, name
        huge = {
            "letters": "a" * MIB,
            "three parts": ".".join(["a" * 350_000] * 3),
            "a good head": good.split(".")[0] + "." + "e" * MIB + ".s",
        }
        for name, token in huge.items():
            began = time.perf_counter()
            told = await asyncio.gather(*(status(client, token) for _ in range(AT_ONCE)), status(client, good))
            assert set(told[:-1]) <= {431, 0}, name
            assert told[-1] == 200, f"{name}: somebody else is kept waiting"
            assert time.perf_counter() - began < AT_ONCE * SECONDS, name
        assert memory_peak(pid) - before <= ALLOWED_GROWTH
