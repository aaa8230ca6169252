"""The realm of deploy/keycloak in a real Keycloak, before a real service: what signs people and devices in, and what stops them.

How-to: docs/howto/run-the-identity-provider.md. Planted bug: an api that takes any audience.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from joserfc.jwk import ECKey

from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import PREPARED, ROOT, Stack
from shared.http import access
from tests.harness.keycloak import APP, Keycloak, Person, realm, serve
from tests.harness.people import CENTRE
from tests.harness.wait import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    serving = serve(tmp_path_factory.mktemp("keycloak"))
    try:
        server = serving.__enter__()
    except StackProblem as problem:
        pytest.skip(f"Keycloak's distribution can't be had here: {problem}")
    yield server
    serving.__exit__(None, None, None)


@pytest.fixture(scope="module")
def stack(keycloak: Keycloak) -> Iterator[Stack]:
    """Two services whose issuer is that realm, and nobody that has rights yet."""
    settings = {"GABAY_MODE": "test", "GABAY_OIDC_ISSUER": keycloak.issuer(), "GABAY_OIDC_CA_FILE": str(keycloak.ca_file)}
    parts = (*PREPARED, "intake-api", "casework-api")
    running = Stack(ROOT / ".gabay" / "test-keycloak", ports="free", parts=parts, settings=settings)
    if running.home.take():
        running.home.wipe(keep=("run",))
        running.home.release()
    running.start_sync()
    yield running
    running.stop_sync()


@pytest.fixture(scope="module")
def maria(keycloak: Keycloak) -> Person:
    return keycloak.add_person("maria")


@pytest.fixture
async def rows(stack: Stack) -> Any:
    connection = await asyncpg.connect(stack.dsn("access_owner", "access"))
    yield connection
    await connection.close()


@pytest.fixture
async def granted(rows: Any, keycloak: Keycloak, maria: Person) -> None:
    await access.add_staff(rows, "stf-maria", keycloak.issuer(), maria.sub)
    await access.ensure_granted(rows, "stf-maria", "reception", centre=CENTRE)


class Services:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def ask(self, token: str, service: str = "intake") -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            return await client.get(f"{self._stack.api_url(service)}/v1/changes", headers={"authorization": f"Bearer {token}"})

    async def say(self, token: str, service: str = "intake") -> int:
        """The status of their answer."""
        return (await self.ask(token, service)).status_code

    async def come_to_say(self, status: int, token: str, what: str, seconds: float = 35) -> None:
        """Wait until they do."""
        await eventually(lambda: self.say(token), lambda said: said == status, what=what, seconds=seconds, pause=0.5)


@pytest.fixture(scope="module")
def services(stack: Stack) -> Services:
    return Services(stack)


async def now() -> int:
    return int(time.time())


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


async def test_a_person_signs_in_and_grants_of_ours_alone_say_what_they_may(
    keycloak: Keycloak, maria: Person, services: Services, rows: Any
) -> None:
    token = keycloak.sign_in(maria)["access_token"]
    assert await services.say(token) == 403  # known to the realm, and nobody here
    await access.add_staff(rows, "stf-maria", keycloak.issuer(), maria.sub)
    await access.ensure_granted(rows, "stf-maria", "reception", centre=CENTRE)
    await services.come_to_say(200, token, "the grant counts")
    assert await services.say(token, "casework") == 200  # one token for all services
    [grant] = await rows.fetch("select grant_id from \"grant\" where staff_id = 'stf-maria'")
    await access.revoke(rows, grant["grant_id"], by="stf-admin")
    await services.come_to_say(403, token, "the grant is over")


async def test_a_strong_sign_in_asks_for_the_second_factor_and_is_told_as_one(keycloak: Keycloak, maria: Person) -> None:
    with keycloak.client() as browser:
        weak = claims(keycloak.sign_in(maria, browser)["access_token"])
        await eventually(now, lambda second: second > weak["auth_time"], what="the next second")
        strong = claims(keycloak.sign_in(maria, browser, acr_values="gold", scope="openid gabay:privacy")["access_token"])
    assert (weak["acr"], strong["acr"]) == ("silver", "gold")
    assert strong["auth_time"] > weak["auth_time"]
    assert ("gabay:privacy" in weak["scope"], "gabay:privacy" in strong["scope"]) == (False, True)


@pytest.mark.usefixtures("granted")
async def test_what_is_not_an_access_token_of_this_realm_for_this_service_is_refused(
    keycloak: Keycloak, maria: Person, services: Services
) -> None:
    answer = keycloak.sign_in(maria)
    await services.come_to_say(200, answer["access_token"], "the grant counts")
    refused = {name: answer[name] for name in ("id_token", "refresh_token")}
    keycloak.admin("POST", "realms", realm("masbate", "masbate"))
    abroad = "https://app.masbate.example/signed-in"
    refused["another realm"] = keycloak.sign_in(keycloak.add_person("maria", "masbate"), app=abroad)["access_token"]
    [scope] = [each for each in keycloak.admin("GET", "realms/gabay/client-scopes").json() if each["name"] == "gabay-base"]
    [mapper] = [each for each in scope["protocolMappers"] if each["name"] == "intake"]
    place = f"realms/gabay/client-scopes/{scope['id']}/protocol-mappers/models"
    keycloak.admin("DELETE", f"{place}/{mapper['id']}")
    other = keycloak.sign_in(maria)["access_token"]
    keycloak.admin("POST", place, mapper)
    assert await services.say(other, "casework") == 200
    refused["another audience"] = other
    assert {name: await services.say(token) for name, token in refused.items()} == dict.fromkeys(refused, 401)
    assert await services.say(answer["access_token"]) == 200


def test_codes_and_refresh_tokens_count_once_and_nothing_else_gives_a_token(keycloak: Keycloak, maria: Person) -> None:
    with keycloak.client() as browser:
        form = keycloak.code(maria, browser)
    proofless = {name: value for name, value in form.items() if name != "code_verifier"}
    assert keycloak.token(proofless).status_code == 400
    with keycloak.client() as browser:
        form = keycloak.code(maria, browser)
    keycloak.token(form).raise_for_status()
    assert keycloak.token(form).status_code == 400
    with keycloak.client() as browser:
        first = keycloak.sign_in(maria, browser)
    renew = {"grant_type": "refresh_token", "client_id": "centre-app", "refresh_token": first["refresh_token"]}
    second = keycloak.token(renew).raise_for_status().json()
    assert keycloak.token(renew).status_code == 400
    assert keycloak.token(renew | {"refresh_token": second["refresh_token"]}).status_code == 400  # a replay ends the whole session
    renew["refresh_token"] = keycloak.sign_in(maria)["refresh_token"]
    keycloak.admin("POST", f"realms/gabay/users/{maria.sub}/logout")
    assert keycloak.token(renew).status_code == 400
    kept = keycloak.admin("GET", "realms/gabay").json()
    assert (kept["accessCodeLifespan"], kept["ssoSessionIdleTimeout"], kept["ssoSessionMaxLifespan"]) == (60, 1800, 36000)
    password = {"grant_type": "password", "client_id": "centre-app", "username": maria.name, "password": maria.password}
    assert keycloak.token(password).status_code in (400, 401)


@pytest.mark.parametrize("asked", [
    {"response_type": "token"}, {"code_challenge": "", "code_challenge_method": ""}, {"code_challenge_method": "plain"},
    {"redirect_uri": f"{APP}/elsewhere"}, {"redirect_uri": "https://elsewhere.example/signed-in"}, {"scope": "openid roles"},
], ids=str)  # fmt: skip
def test_another_way_of_asking_for_a_sign_in_is_refused(keycloak: Keycloak, asked: dict[str, str]) -> None:
    usual = {
        "client_id": "centre-app", "redirect_uri": APP, "response_type": "code", "scope": "openid", "code_challenge": "a" * 43,
        "code_challenge_method": "S256",
    }  # fmt: skip
    with keycloak.client() as browser:
        assert browser.get(keycloak.endpoint("auth"), params=usual).status_code == 200
        answer = browser.get(keycloak.endpoint("auth"), params={name: value for name, value in (usual | asked).items() if value})
    assert "error=" in answer.headers.get("location", "") if answer.status_code == 302 else answer.status_code == 400


def test_nobody_registers_a_client_by_themselves(keycloak: Keycloak) -> None:
    with keycloak.client() as browser:
        for kind, body in (("default", {"clientId": "mine"}), ("openid-connect", {"redirect_uris": ["https://elsewhere.example/"]})):
            assert browser.post(f"/realms/gabay/clients-registrations/{kind}", json=body).status_code in (401, 403)


async def test_a_device_changes_its_key_without_a_pause_and_a_lost_one_is_off(keycloak: Keycloak, services: Services, rows: Any) -> None:
    present, following, stranger = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("now", "next", "now"))
    account = keycloak.add_device("tablet-7", present)
    await access.set_device(rows, "tablet-7", CENTRE)
    token = keycloak.device_asks("tablet-7", present).raise_for_status().json()["access_token"]
    assert (claims(token)["gabay_device"], await services.say(token)) == ("tablet-7", 200)
    assert not claims(token)["scope"].replace("gabay:read", "").replace("gabay:write", "").split()

    assert keycloak.device_asks("tablet-7", stranger).status_code in (400, 401)
    assert keycloak.device_asks("tablet-7", following).status_code in (400, 401)
    keycloak.change_client(account, keys=[present, following])
    for key in (present, following):
        assert await services.say(keycloak.device_asks("tablet-7", key).raise_for_status().json()["access_token"]) == 200
    keycloak.change_client(account, keys=[following])
    assert keycloak.device_asks("tablet-7", present).status_code in (400, 401)
    last = keycloak.device_asks("tablet-7", following).raise_for_status().json()["access_token"]
    assert await services.say(last) == 200

    await access.set_device(rows, "tablet-7", CENTRE, blocked=True)
    await services.come_to_say(403, last, "the device is off")
    assert (await services.ask(last)).json()["code"] == "device-blocked"
    keycloak.change_client(account, enabled=False)
    assert keycloak.device_asks("tablet-7", following).status_code in (400, 401)


@pytest.mark.usefixtures("granted")
async def test_the_next_signing_key_is_followed_and_a_withdrawn_one_is_refused(
    keycloak: Keycloak, maria: Person, stack: Stack, services: Services
) -> None:
    [first] = keycloak.signing_keys()
    before = keycloak.sign_in(maria)["access_token"]
    await services.come_to_say(200, before, "the grant counts")
    pid = stack.pid("intake-api")
    keycloak.add_signing_key(priority=200)
    after = keycloak.sign_in(maria)["access_token"]
    await services.come_to_say(200, after, "the new key is followed", seconds=65)
    assert await services.say(before) == 200  # both keys count while tokens of the old one live
    [old] = [each for each in keycloak.admin("GET", "realms/gabay/keys").json()["keys"] if each["kid"] == first]
    keycloak.admin("DELETE", f"realms/gabay/components/{old['providerId']}")
    # A leak: the key is out of the key set, and the services forget it when they next fetch, at the first unknown key after a minute.
    keycloak.add_signing_key(priority=300)
    third = keycloak.sign_in(maria)["access_token"]
    await services.come_to_say(200, third, "the third key is followed", seconds=65)
    await services.come_to_say(401, before, "the withdrawn key is refused", seconds=65)
    assert stack.pid("intake-api") == pid


def test_the_realm_of_the_compose_file_is_taken_too(keycloak: Keycloak) -> None:
    found = json.loads((ROOT / "deploy" / "compose" / "keycloak" / "gabay-realm.json").read_text(encoding="utf-8"))
    keycloak.admin("POST", "realms", found | {"realm": "compose"})
    person = keycloak.add_person("jose", "compose")
    assert "gabay-intake" in claims(keycloak.sign_in(person, app="http://127.0.0.1:5173/signed-in")["access_token"])["aud"]
