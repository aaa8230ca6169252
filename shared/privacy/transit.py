"""Key-encryption keys that never leave OpenBao (or Vault): its transit engine wraps, unwraps and wraps anew, over HTTP.

A class has one key there, of type aes256-gcm96 and *derived*: the id of the wrapped key is the context from which the engine
derives what encrypts, so that rows can't swap. Associated data would do the same, but `rewrap` does not take any. Rotating
that key is its custodian's business (`docs/howto/rotate-a-kek.md`): a service's token may encrypt, decrypt, rewrap and read.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import stamina

from shared.errors import Unavailable
from shared.privacy.classes import FieldClass

if TYPE_CHECKING:
    import httpx

BATCH: Final = 200
"""Items of a request. OpenBao refuses a body of more than 1,000 strings, and an item has four: two names, two values."""
AT_ONCE: Final = 4
SECONDS: Final = 3.0
PART: Final = "The key service"
REMEDY: Final = {
    400: "It does not open these keys: is GABAY_KEK_* the key that wrapped them, and does it still decrypt their version?",
    403: "It refuses the token of GABAY_OPENBAO_TOKEN_FILE: expired, or its policy lacks encrypt, decrypt, rewrap or read of the key.",
    404: "It has no such key or mount: see GABAY_KEK_* and GABAY_OPENBAO_MOUNT.",
}

Item = tuple[FieldClass, dict[str, str]]


class _Busy(Exception):
    """The server is there and can't just now: sealed, starting, overloaded, or without a leader."""


class TransitKeks:
    """A client of one transit engine. names: class -> key; token_file: read at every call: a renewed one needs no restart."""

    def __init__(self, client: "httpx.AsyncClient", token_file: Path, names: Mapping[FieldClass, str]) -> None:
        self._client, self._token_file, self._names = client, token_file, names
        self._turn = asyncio.Semaphore(AT_ONCE)

    def classes(self) -> frozenset[FieldClass]:
        return frozenset(self._names)

    async def newest(self, which: FieldClass) -> int:
        key = await self._call("GET", f"keys/{self._name(which)}")
        if key["type"] != "aes256-gcm96" or not key["derived"]:
            raise Unavailable(PART, f"The key of GABAY_KEK_{which.upper()} is not derived, or of another type: make one as documented.")
        return int(key["latest_version"])

    async def wrap(self, keys: Sequence[tuple[FieldClass, UUID, bytes]]) -> list[tuple[int, bytes]]:
        items = [(which, {"plaintext": _text(key), "context": _text(key_id.bytes)}) for which, key_id, key in keys]
        return [_wrapped(each) for each in await self._each("encrypt", items)]

    async def unwrap(self, keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[bytes]:
        return [b64decode(each["plaintext"]) for each in await self._each("decrypt", _items(keys))]

    async def rewrap(self, keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[tuple[int, bytes]]:
        return [_wrapped(each) for each in await self._each("rewrap", _items(keys))]

    async def _each(self, verb: str, items: Sequence[Item]) -> list[dict[str, Any]]:
        """The engine's result of each item, in order. A request carries items of one class."""
        answers: list[dict[str, Any]] = [{}] * len(items)

        async def ask(which: FieldClass, places: Sequence[int]) -> None:
            async with self._turn:
                found = await self._call("POST", f"{verb}/{self._name(which)}", {"batch_input": [items[place][1] for place in places]})
            for place, answer in zip(places, found["batch_results"], strict=True):
                if answer.get("error"):  # of `rewrap` under a status of 200
                    raise Unavailable(PART, REMEDY[400])
                answers[place] = answer

        mine = {which: [place for place, (each, _) in enumerate(items) if each is which] for which in {which for which, _ in items}}
        batches = [(which, places[at : at + BATCH]) for which, places in mine.items() for at in range(0, len(places), BATCH)]
        await asyncio.gather(*(ask(*batch) for batch in batches))
        return answers

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request, repeated while the fault may pass. Raises Unavailable, which says what does not pass by itself."""
        import httpx

        try:
            async for attempt in stamina.retry_context(
                on=(httpx.TransportError, _Busy), attempts=4, timeout=2, wait_initial=0.05, wait_max=0.5
            ):
                with attempt:
                    return await self._once(method, path, body)
        except _Busy as error:
            raise Unavailable(PART, "It is sealed, starting or overloaded.") from error
        except httpx.TransportError as error:
            stranger = "CERTIFICATE_VERIFY_FAILED" in str(error)
            raise Unavailable(
                PART, "Nobody that GABAY_OPENBAO_CA_FILE trusts vouches for it." if stranger else "See GABAY_OPENBAO_ADDR."
            ) from error
        raise AssertionError("a retry ends with an answer or an error")

    async def _once(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            token = self._token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(PART, "GABAY_OPENBAO_TOKEN_FILE cannot be read.") from error
        answer = await self._client.request(method, path, json=body, headers={"X-Vault-Token": token})
        status = answer.status_code
        if status in (412, 429) or status >= 500:
            raise _Busy
        if status != 200:
            raise Unavailable(PART, REMEDY.get(status, f"It answers {status}."))
        return answer.json()["data"]

    def _name(self, which: FieldClass) -> str:
        if which not in self._names:
            raise Unavailable(PART, f"GABAY_KEK_{which.upper()} is not set here.")
        return self._names[which]


@asynccontextmanager
async def open_transit(
    address: str, mount: str, token_file: Path, names: Mapping[FieldClass, str], *, ca_file: Path | None = None
) -> AsyncIterator[TransitKeks]:
    """The keys of these names at this server, each looked at once: a wrong token, key or certificate shows at start.

    ca_file: who must have signed the server's certificate; without one, an authority that this machine trusts.
    """
    import ssl

    import httpx

    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    limit = httpx.Timeout(SECONDS, pool=None)
    async with httpx.AsyncClient(base_url=f"{address.rstrip('/')}/v1/{mount}/", verify=context, timeout=limit, trust_env=False) as client:
        keks = TransitKeks(client, token_file, names)
        for which in names:
            await keks.newest(which)
        yield keks


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def _items(keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[Item]:
    return [
        (which, {"ciphertext": f"vault:v{version}:{_text(wrapped)}", "context": _text(key_id.bytes)})
        for which, key_id, version, wrapped in keys
    ]


def _wrapped(result: Mapping[str, str]) -> tuple[int, bytes]:
    """`vault:v3:BASE64` -> (3, bytes)."""
    _, version, text = result["ciphertext"].split(":")
    return int(version[1:]), b64decode(text)
