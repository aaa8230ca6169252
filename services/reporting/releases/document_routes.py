"""Documents of a release as PDF: the bulletin, the packs of the sub-committees, the flow of a month (statistics chapter, section 13).

They were set when the release was frozen, out of released tables alone; here they are only handed over.
"""

from services.reporting.documents.name import BULLETIN, FLOW, INDICATORS, file_of, pack_of
from services.reporting.pages.words import LANGUAGES
from services.reporting.releases.routes import released_file
from shared.http.command import Answer, Call, CommandRouter

router = CommandRouter("statistics")

PDF = "application/pdf"


@router.read("GET", "/v1/statistics/releases/{rid}/bulletin/{lang}", action="stats.released", public=True, media=PDF, statuses=(410,))
async def read_bulletin(call: Call) -> Answer:
    """The bulletin of a quarter or a year: four pages, tagged (PDF/UA-1). lang: en, fr or fil."""
    return await _document(call, BULLETIN)


@router.read("GET", "/v1/statistics/releases/{rid}/packs/{subc}/{lang}", action="stats.released", public=True, media=PDF, statuses=(410,))
async def read_pack(call: Call) -> Answer:
    """What a sub-committee (IERNA, PSS, ESIP, MDI) gets of a quarter or a year: what changed, tables, targets."""
    subc = call.path["subc"]
    return await _document(call, pack_of(subc) if subc in INDICATORS else "")


@router.read("GET", "/v1/statistics/releases/{rid}/flow/{lang}", action="stats.released", public=True, media=PDF, statuses=(410,))
async def read_flow(call: Call) -> Answer:
    """The flow of a month on one page: arrivals observed and registered, twelve months, nationalities, reasons, destinations."""
    return await _document(call, FLOW)


async def _document(call: Call, kind: str) -> Answer:
    rid, lang = call.path["rid"], call.path["lang"]
    name = file_of(kind, lang) if kind and lang in LANGUAGES else ""
    return await released_file(call, rid, name, PDF, {"Content-Disposition": f'inline; filename="{rid}_{name}"'})
