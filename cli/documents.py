"""`gabay bulletin`, `pack`, `flow`: documents of what is public, written to files. They are set when a release is frozen; here
the bytes of the ledger are copied, so that two copies never differ."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shared.settings import Settings

Period = Annotated[str, typer.Option("--period", help="a month 2026-07, a quarter 2026-Q3 or a year 2026")]
Lang = Annotated[str, typer.Option("--lang", help="en, fr, fil, or all")]
Folder = Annotated[Path, typer.Option("--to", help="folder to write into")]


def bulletin(period: Period, lang: Lang = "en", to: Folder = Path()) -> None:
    """The bulletin of a quarter or a year as PDF, from the edition that is public; prints the files.

    gabay bulletin --period 2026-Q3 --lang all --to documents
    """
    _write("bulletin", period, lang, to)


def pack(
    sub_committee: Annotated[str, typer.Argument(metavar="SUB-COMMITTEE", help="IERNA, PSS, ESIP or MDI")],
    period: Period,
    lang: Lang = "en",
    to: Folder = Path(),
) -> None:
    """What a sub-committee gets of a quarter or a year as PDF, from the edition that is public; prints the files.

    gabay pack IERNA --period 2026-Q3 --to documents
    """
    from services.reporting.documents.name import INDICATORS, pack_of

    if sub_committee not in INDICATORS:
        raise typer.BadParameter(f"one of {', '.join(INDICATORS)}", param_hint="SUB-COMMITTEE")
    _write(pack_of(sub_committee), period, lang, to)


def flow(period: Period, lang: Lang = "en", to: Folder = Path()) -> None:
    """The flow of a month on one page as PDF, from the edition that is public; prints the files.

    gabay flow --period 2026-07
    """
    _write("flow", period, lang, to)


def _write(kind: str, period: str, lang: str, to: Path) -> None:
    from services.reporting.documents.name import file_of
    from services.reporting.pages.words import LANGUAGES

    if lang not in (*LANGUAGES, "all"):
        raise typer.BadParameter(f"one of {', '.join(LANGUAGES)}, all", param_hint="--lang")
    from services.reporting.releases.calendar import check_period

    check_period(period)
    names = [file_of(kind, each) for each in (LANGUAGES if lang == "all" else (lang,))]
    release, found = asyncio.run(_read(_settings(), period, names))
    to.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        path = to / f"{release}_{name}"
        path.write_bytes(content)
        print(path)


async def _read(settings: Settings, period: str, names: list[str]) -> tuple[str, dict[str, bytes]]:
    """Raises Rejected `unknown-release` where nothing of the period is public, `not-found` where its release has no such document."""
    from services.reporting.releases.ledger import Ledger
    from shared.errors import Rejected
    from shared.eventsourcing.database import open_pool

    pool = await open_pool(settings.database_url, minimum=1, maximum=1, application="gabay-documents")
    try:
        ledger = Ledger(pool)
        release = await ledger.public_on(period, None)
        found = {}
        for name in names:
            if (await ledger.head(release, name)).sha256 is None:
                raise Rejected("not-found", f"{release} has no {name}: months have a flow, quarters and years the bulletin and the packs.")
            found[name] = await ledger.content(release, name)
        return release, found
    finally:
        await pool.close()


def _settings() -> Settings:
    from cli.process import settings_of
    from cli.rebuild import quiet

    quiet()
    return settings_of("reporting", "worker")
