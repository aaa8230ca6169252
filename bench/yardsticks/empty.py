"""N1 and N2: the least that a FastAPI server on uvicorn can do with our requests, as a process of its own.

    python -m bench.yardsticks.empty PORT

N1, `POST /command`: a pydantic body of 26 fields, the answer `{id, version}`. N2, `GET /read/{bytes}`: so many bytes.
One process, uvloop, httptools, no access log: what our services run on, without anything of ours.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI, Response
from pydantic import BaseModel

from bench.drive import Target, free_port
from bench.load import request

ROOT = Path(__file__).resolve().parents[2]


class Body(BaseModel):
    """Twenty-six fields of the kinds that a registration has."""

    local_id: UUID
    centre: str
    occurred_at: datetime
    purpose: str
    basis: str
    consent_id: UUID
    registered_on: date
    channel: str
    search_hits: int
    open_case: bool
    given: str
    family: str
    birth_date: date
    phone: str
    address: str
    barangay: str
    permanent: bool
    language: str
    interpreter: bool
    sex: str
    nationality: list[str]
    client_types: list[str]
    residence_country: str
    education: str
    activity: str
    documented: str


EXAMPLE = Body.model_validate(
    {
        "local_id": "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11", "centre": "PH-ANT-01", "occurred_at": "2026-03-02T09:40:00+08:00",
        "purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": "0199a1f4-9000-7000-8000-000000000001",
        "registered_on": "2026-03-02", "channel": "WALK_IN", "search_hits": 0, "open_case": True, "given": "Given name",
        "family": "Family name", "birth_date": "1991-06-14", "phone": "+630000000000", "address": "a street and a number",
        "barangay": "0600613001", "permanent": True, "language": "krj", "interpreter": False, "sex": "F",
        "nationality": ["PHL"], "client_types": ["RETURNEE"], "residence_country": "PHL",
        "education": "HIGH_SCHOOL_GRADUATE", "activity": "UNEMPLOYED", "documented": "YES",
    }
)  # fmt: skip


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/command")
    async def command(body: Body) -> dict[str, str | int]:
        return {"id": str(body.local_id), "version": 1}

    @made.get("/read/{size}")
    async def read(size: int) -> Response:
        return Response(_answer(size), media_type="application/json")

    return made


@cache
def _answer(size: int) -> bytes:
    return b'"' + b"x" * (size - 2) + b'"'


def command_request(body_bytes: int = 0) -> bytes:
    """A request of N1, padded with spaces between tokens to the bytes of the subject's body."""
    body = EXAMPLE.model_dump_json().encode()
    return request("POST", "/command", HEADERS, body[:-1] + b" " * max(0, body_bytes - len(body)) + b"}")


def read_request(answer_bytes: int) -> bytes:
    """A request of N2."""
    return request("GET", f"/read/{answer_bytes}", HEADERS)


# As many bytes of headers as a real request carries: token and key are a good part of what a server parses.
HEADERS = {"accept-language": "en", "authorization": "Bearer " + "x" * 600, "idempotency-key": "0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa"}


@asynccontextmanager
async def serving() -> AsyncIterator[Target]:
    """Run the empty server; it ends with the block."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.yardsticks.empty", str(port), env=environment)
    try:
        await listening(port)
        yield Target("127.0.0.1", port, (process.pid,))
    finally:
        process.terminate()
        await process.wait()


async def listening(port: int) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app(), port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
