"""The public API from the command line: a client with the caller's token, and answers that end as a sentence when refused.

Your token is taken from TOKEN (and STEP_UP_TOKEN, where a strong login is asked for). On a laptop, never in production, the
local issuer makes one for the role that the verb needs.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from shared.errors import Rejected

if TYPE_CHECKING:
    import httpx

WAITS: Final = 3
"""Exit status: nothing is wrong, and it is not finished: somebody else has to act, or a service has not answered yet."""


@asynccontextmanager
async def client(
    service: str, url: str = "", *, role: str, centre: str | None = None, staff: str | None = None, step_up: bool = False
) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of a service with the caller's token. url: its address; without it that of the stack on this machine.

    role, centre, staff: of the token that is made on a laptop. step_up: whether a strong login of the last minutes is needed.
    """
    import httpx

    from deploy.embedded.stack import Stack

    given = os.environ.get("STEP_UP_TOKEN" if step_up else "TOKEN") or os.environ.get("TOKEN")
    token = given or await _development_token(role, centre, staff, step_up)
    base = url or Stack.at().api_url(service)
    async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False) as http:
        yield http


async def answered(http: httpx.AsyncClient, method: str, path: str, *, fine: Sequence[int] = (), where: str = "", **how: Any) -> Any:
    """One request; returns the answer. Raises Rejected with its problem unless it succeeded or its status is in `fine`."""
    headers = {**how.pop("headers", {}), **({"Idempotency-Key": str(uuid4())} if method != "GET" else {})}
    answer = await http.request(method, path, headers=headers, **how)
    if answer.is_success or answer.status_code in fine:
        return answer
    raise refusal(answer, where)


async def commanded(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    """A guarded command on the record as it stands now: the version is asked for and sent. Returns the answer's content."""
    first = await answered(http, "POST", path, json=body, fine=(428,))
    if first.status_code != 428:
        return first.json()
    headers = {"If-Match": first.headers["ETag"]}
    return (await answered(http, "POST", path, json=body, headers=headers)).json()


def refusal(answer: httpx.Response, where: str = "") -> Rejected:
    """A problem of the API as a sentence: what happened, where, what to do; never what was sent."""
    try:
        content = answer.json()
    except ValueError:
        content = {}
    places = ", ".join(sorted({str(error["loc"]) for error in content.get("errors", ())}))
    told = [f"{where}{content.get('title', f'The service answered {answer.status_code}')}{f' ({places})' if places else ''}."]
    if kinds := content.get("kinds"):
        told.append(f"Open: {', '.join(kinds)}.")
    told += [content[name] for name in ("detail",) if content.get(name)]
    return Rejected(content.get("code", "internal"), " ".join(told))


async def _development_token(role: str, centre: str | None, staff: str | None, step_up: bool) -> str:
    from cli.process import settings_of
    from shared.http.development import development_token
    from shared.http.issuer import refuse_production

    issuer, access = settings_of(None, "issuer"), settings_of("access", "migrate")
    refuse_production(issuer.mode)
    return await development_token(
        home=issuer.home, issuer=issuer.oidc_issuer, access_dsn=access.database_owner_url, region=issuer.region,
        role=role, centre=centre, staff=staff, step_up=step_up,
    )  # fmt: skip
