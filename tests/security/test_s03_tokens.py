"""S3: tokens that must not pass, in bounded time and without any fetch that a token could cause.

ASVS 9.1.1-3, 9.2.1-4, 10.3.1-4. Planted bug: the library's own handling of the header.
"""

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from shared.http.auth import Tokens
from shared.http.issuer import refuse_production
from shared.http.jwks import Jwks
from shared.http.problems import Problem
from tests.unit.http.kit import CENTRE, ISSUER, KEY, fetched, running, token

OTHER = ECKey.generate_key("P-256", {"kid": "k1"})
RSA = RSAKey.generate_key(2048, {"kid": "k1"})
GOOD = {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(header: Any, signature: str | None = None) -> str:
    _, body, sign = token().split(".")
    return f"{segment(header)}.{body}.{sign if signature is None else signature}"


def signed(header: dict[str, Any], key: Any, **claims: Any) -> str:
    """Signed by a library that knows no scruples about headers."""
    from joserfc.jws import JWSRegistry

    registry = JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    body = json.loads(base64.urlsafe_b64decode(token(**claims).split(".")[1] + "=="))
    return jwt.encode(header, body, key, algorithms=[header["alg"]], registry=registry, default_type=None)


def hs_with_public_key() -> str:
    secret = OctKey.import_key(json.dumps(KEY.as_dict(private=False)).encode(), {"kid": "k1"})
    return signed({**GOOD, "alg": "HS256"}, secret)


ATTACKS = {
    "no signature": lambda: with_header({**GOOD, "alg": "none"}, ""),
    "none with signature": lambda: with_header({**GOOD, "alg": "none"}),
    "None in capitals": lambda: with_header({**GOOD, "alg": "NONE"}),
    "HS with the public key": hs_with_public_key,
    "RS with a key of ours": lambda: signed({**GOOD, "alg": "RS256"}, RSA),
    "another key": lambda: token(key=OTHER),
    "no kid": lambda: signed({"alg": "ES256", "typ": "at+jwt"}, KEY),
    "unknown kid": lambda: signed({**GOOD, "kid": "k2"}, KEY),
    "kid is a path": lambda: signed({**GOOD, "kid": "../../dev/null"}, KEY),
    "kid is SQL": lambda: signed({**GOOD, "kid": "x' union select 1"}, KEY),
    "kid is long": lambda: signed({**GOOD, "kid": "k" * 4_000}, KEY),
    "kid is a number": lambda: with_header({**GOOD, "kid": 1}),
    "jku": lambda: signed({**GOOD, "jku": "https://evil.example/jwks"}, KEY),
    "jwk": lambda: signed({**GOOD, "jwk": OTHER.as_dict(private=False)}, OTHER),
    "x5u": lambda: signed({**GOOD, "x5u": "https://evil.example/x"}, KEY),
    "x5c": lambda: signed({**GOOD, "x5c": ["MII"]}, KEY),
    "crit": lambda: with_header({**GOOD, "crit": ["exp"]}),
    "no typ": lambda: signed({"alg": "ES256", "kid": "k1"}, KEY),
    "an ID token": lambda: signed({**GOOD, "typ": "JWT"}, KEY),
    "header is a list": lambda: with_header([1]),
    "another region": lambda: token(iss="https://id.masbate.example/realms/gabay"),
    "issuer with a slash": lambda: token(iss=ISSUER + "/"),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="gabay-casework"),
    "audience inside a text": lambda: token(aud="xgabay-intakex"),
    "no audience": lambda: token(aud=None),
    "expired": lambda: token(iat=int(time.time()) - 700, exp=int(time.time()) - 100),
    "no expiry": lambda: token(exp=None),
    "expiry is a text": lambda: token(exp="9999999999"),
    "expiry is infinite": lambda: token(exp=float("inf")),
    "not yet": lambda: token(nbf=int(time.time()) + 600),
    "issued tomorrow": lambda: token(iat=int(time.time()) + 600, exp=int(time.time()) + 900),
    "lives for days": lambda: token(exp=int(time.time()) + 86_400),
    "no subject": lambda: token(sub=None),
    "subject with a line break": lambda: token(sub="a\nb"),
    "subject is a list": lambda: token(sub=["a"]),
    "no client": lambda: token(client_id=None),
    "device is a number": lambda: token(gabay_device=7),
    "device is empty": lambda: token(gabay_device=""),
    "two parts": lambda: ".".join(token().split(".")[:2]),
    "five parts": lambda: f"{token()}.a.b",
    "not base64": lambda: "!.!.!",
    "empty": lambda: "",
    "a megabyte": lambda: "a" * 1_000_000,
    "signature cut": lambda: token()[:-4],
    "claims changed": lambda: ".".join([(p := token().split("."))[0], segment({"iss": ISSUER}), p[2]]),
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda name: name.replace(" ", "-"))
async def test_a_forged_or_foreign_token_is_refused_like_any_other(attack: str) -> None:
    bad = ATTACKS[attack]()
    async with running() as service:
        await service.get("/v1/counters", service.person("reception"))  # the keys are there: no fetch is owed to anybody
        began = time.perf_counter()
        answer = await service.get("/v1/counters", bad)
        took = time.perf_counter() - began
        none = await service.client.get("/v1/counters")
    assert answer.status_code == 401
    assert {**answer.json(), "trace": ""} == {**none.json(), "trace": ""}
    assert answer.headers["www-authenticate"] == none.headers["www-authenticate"]
    assert took < 0.5


async def test_a_good_token_passes_with_audience_and_type_as_the_standards_allow() -> None:
    async with running() as service:
        service.person("reception")
        for good in (
            token(sub="stf-reception", aud=["other", "gabay-intake"]),
            token(sub="stf-reception", header={**GOOD, "typ": "application/at+jwt"}),
            token(sub="stf-reception", client_id=None, azp="app"),
        ):
            assert (await service.get("/v1/counters", good)).status_code == 200


async def test_a_token_counts_in_its_header_alone() -> None:
    """What a browser sends by itself, or a link can carry, opens nothing: so no page elsewhere can act for somebody."""
    async with running() as service:
        good = service.person("reception")
        for sent in ({"cookie": f"token={good}; Authorization={good}"}, {"x-access-token": good}, {"authorization": good}):
            assert (await service.client.get("/v1/counters", headers=sent)).status_code == 401, sent
        linked = await service.client.get("/v1/counters", params={"access_token": good})
        assert linked.status_code == 401
        asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
        preflight = await service.client.options("/v1/counters", headers=asked)
        assert not [name for name in preflight.headers if name.startswith("access-control-")]


def test_the_local_issuer_does_not_serve_production() -> None:
    with pytest.raises(SystemExit) as ended:
        refuse_production("production")
    assert ended.value.code == 78
    refuse_production("test")


async def test_roles_and_centres_of_a_token_count_for_nothing() -> None:
    async with running() as service:
        boast = token(sub="nobody", roles=["supervisor"], realm_access={"roles": ["dpo"]}, centre=CENTRE, groups=["admin"])
        assert (await service.get("/v1/counters", boast)).status_code == 403


class Counting:
    def __init__(self) -> None:
        self.fetches, self.now, self.down = 0, 1_000.0, False
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.answers.set()

    async def get(self, url: str) -> bytes:
        self.fetches += 1
        self.asked.set()
        await self.answers.wait()
        if self.down:
            raise OSError("down")
        return await fetched(url)

    def jwks(self) -> Jwks:
        return Jwks(ISSUER, plain_http=True, get=self.get, clock=lambda: self.now)


async def test_tokens_with_unknown_keys_cause_at_most_one_fetch_a_minute() -> None:
    outside = Counting()
    keys = outside.jwks()
    assert await keys.key("k1") is not None
    for n in range(1_000):
        assert await keys.key(f"unknown-{n}") is None
    assert outside.fetches == 2  # discovery and keys, once
    outside.now += 61
    for n in range(1_000):
        await keys.key(f"unknown-{n}")
    assert outside.fetches == 4


async def test_the_last_good_keys_serve_a_day_through_an_outage_of_the_issuer() -> None:
    outside = Counting()
    keys = outside.jwks()
    assert await keys.key("k1") is not None
    outside.down = True
    outside.now += 23 * 3_600
    assert await keys.key("k1") is not None
    outside.now += 2 * 3_600
    with pytest.raises(Exception, match="issuer"):
        await keys.key("k1")


async def test_while_one_asks_an_issuer_that_hangs_the_others_go_on_with_the_keys_they_know() -> None:
    outside = Counting()
    keys = outside.jwks()
    assert await keys.key("k1") is not None
    outside.now += 601
    outside.asked.clear()
    outside.answers.clear()
    asks = asyncio.create_task(keys.key("k1"))
    await outside.asked.wait()
    async with asyncio.timeout(1):
        assert await keys.key("k1") is not None
    outside.answers.set()
    assert await asks is not None


@pytest.mark.parametrize("document", [
    {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/jwks"}, {"issuer": ISSUER, "jwks_uri": "https://evil.example/jwks"},
    {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}, {"issuer": ISSUER}, [],
])  # fmt: skip
async def test_a_discovery_document_that_points_elsewhere_is_not_followed(document: Any) -> None:
    asked: list[str] = []

    async def get(url: str) -> bytes:
        asked.append(url)
        return json.dumps(document).encode()

    with pytest.raises(Exception, match="issuer"):
        await Jwks(ISSUER, plain_http=True, get=get).key("k1")
    assert asked == [f"{ISSUER}/.well-known/openid-configuration"]


@pytest.mark.parametrize("issuer", ["http://id.example", "http://192.0.2.1", "http://[2001:db8::1]", "ftp://issuer", "http://"])
def test_in_development_plain_http_is_for_this_machine_and_its_containers(issuer: str) -> None:
    for near in ("http://127.0.0.1:8100", "http://localhost:8100", "http://[::1]:8100", "http://issuer:8100"):
        Jwks(near, plain_http=True)
    with pytest.raises(ValueError, match="https"):
        Jwks(issuer, plain_http=True)


@pytest.mark.parametrize("issuer", ["http://id.example", "ftp://id.example", "http://127.0.0.1:8100", "http://issuer:8100"])
def test_in_production_the_issuer_is_https(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Jwks(issuer, plain_http=False)


def test_symmetric_algorithms_cannot_be_configured() -> None:
    with pytest.raises(ValueError, match="HS256"):
        Tokens(Jwks(ISSUER, plain_http=True, get=fetched), issuer=ISSUER, audience="a", algorithms=["ES256", "HS256"])


async def test_a_remembered_token_is_forgotten_when_it_expires() -> None:
    tokens = Tokens(Jwks(ISSUER, plain_http=True, get=fetched), issuer=ISSUER, audience="gabay-intake", algorithms=["ES256"])
    now = int(time.time())
    short = token(iat=now - 100, exp=now - 30).encode()  # within the leeway: verified, but not remembered
    assert (await tokens.verify(short)).sub == "stf-x"
    assert tokens.remembered(short) is None
    with pytest.raises(Problem):
        await tokens.verify(token(exp=now - 61, iat=now - 100).encode())


async def test_a_strong_login_is_asked_for_and_must_be_recent() -> None:
    from shared.http.authorise import Grant, Subject
    from shared.http.call import Caller
    from shared.http.operation import check_step_up

    async with running() as service:
        runtime = service.app.state.runtime
        for claims, passes in (
            ({"acr": "gold", "auth_time": int(time.time()) - 60}, True),
            ({"acr": "gold", "auth_time": int(time.time()) - 1_000}, False),
            ({"acr": "silver", "auth_time": int(time.time())}, False),
            ({}, False),
        ):
            identity = await runtime.tokens.verify(token(**claims).encode())
            caller = Caller(Subject("stf-x", (Grant("dpo"),)), identity, identity.principal)
            if passes:
                check_step_up(caller, runtime)
                continue
            with pytest.raises(Problem) as refusal:
                check_step_up(caller, runtime)
            assert refusal.value.code == "step-up-needed"
            assert 'acr_values="gold", max_age=900' in refusal.value.headers["WWW-Authenticate"]
