"""S3, the other half: the attacks notice a header that is read as a library would, and a huge token costs nothing.

ASVS 9.1.1-3, 9.2.1-4; API2.
"""

from __future__ import annotations

import time
import tracemalloc

import pytest

from shared.http import auth
from shared.http.problems import Problem
from tests.planted.library_reads_the_header import plant
from tests.security.test_s03_tokens import ATTACKS, RSA, signed
from tests.unit.http.kit import running, token

# Whatever a lenient reading of the header lets through: each is signed well, and says more or less than it may.
NOTICED = ("no kid", "jku", "x5u", "x5c", "no typ", "an ID token")


async def accepted(names: tuple[str, ...]) -> set[str]:
    async with running() as service:
        service.person("reception")
        return {name for name in names if (await service.get("/v1/counters", ATTACKS[name]())).status_code != 401}


async def test_a_header_read_as_a_library_would_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await accepted(NOTICED) == set()
    monkeypatch.setattr(auth, "_header", auth._header)  # undone afterwards
    plant()
    assert await accepted(NOTICED) >= {"no kid", "jku", "x5u", "x5c", "no typ"}


HUGE = {
    "letters": lambda: "a" * 1_000_000,
    "three parts": lambda: ".".join(["a" * 300_000] * 3),
    "dots": lambda: "." * 1_000_000,
    "a good head": lambda: token().split(".")[0] + "." + "e" * 1_000_000 + ".s",
    "another algorithm": lambda: signed({"alg": "RS256", "kid": "k1", "typ": "at+jwt"}, RSA, sub="x" * 750_000),
    "another audience": lambda: token(aud="gabay-casework", pad="y" * 750_000),
}


@pytest.mark.parametrize("kind", HUGE, ids=lambda kind: kind.replace(" ", "-"))
def test_a_megabyte_of_token_is_refused_before_it_is_parsed(kind: str) -> None:
    header = f"Bearer {HUGE[kind]()}"
    assert len(header) > 900_000
    tracemalloc.start()
    began = time.perf_counter()
    for _ in range(100):
        with pytest.raises(Problem):
            auth.bearer(header)
    took = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1, "a refusal takes longer than a look at its length"
    assert peak < 1_000_000, "a refusal keeps a copy of what it refuses"
