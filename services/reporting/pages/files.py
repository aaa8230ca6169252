"""The public pages as files: where each page and each file of a release stands in a folder, and links from one to the other. Pure.

index.html, 2026-Q3.html, PH-2026Q3.0.html      the figures: newest, of a period, of an edition
tables/PH-2026Q3.0/I01B.html                    a table
releases.html, method.html
fr/..., fil/...                                 the same in other languages
releases/PH-2026Q3.0/                           the files of a release beside `release.json`, as `gabay releases verify` reads them
"""

import html
import posixpath
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from services.reporting.documents.name import file_of, pack_of
from services.reporting.releases.formats import FORMATS, file_name

_API = "/v1/statistics/releases/"
_LINK = re.compile(r'href="(/[^"]*)"')


class Still(NamedTuple):
    """text: the page with links that lead to files; pages: addresses of pages that it leads to; releases: whose files it offers."""

    text: str
    pages: frozenset[str]
    releases: frozenset[str]


def still(page: str, address: str) -> Still:
    """A page as it was served at an address, as a file. Raises ValueError for a link that no file stands for."""
    here, pages, releases = posixpath.dirname(file_of_page(address)), set[str](), set[str]()
    lang = dict(parse_qsl(urlsplit(address).query)).get("lang", "en")

    def to(match: re.Match[str]) -> str:
        wanted, hash_, fragment = html.unescape(match[1]).partition("#")
        if wanted.startswith(_API):
            releases.add(wanted.removeprefix(_API).partition("/")[0])
            target = file_of_release(wanted, lang)
        else:
            pages.add(wanted)
            target = file_of_page(wanted)
        return f'href="{html.escape(posixpath.relpath(target, here or ".") + hash_ + fragment)}"'

    return Still(_LINK.sub(to, page), frozenset(pages), frozenset(releases))


def file_of_page(address: str) -> str:
    """Where a page of `/statistics` stands, as a path with slashes. Raises ValueError."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    lang = query.get("lang", "en")
    match parts.path.split("/")[1:]:
        case ["statistics"]:
            name = query.get("release") or query.get("period") or "index"
        case ["statistics", "releases" | "method" as name]:
            pass
        case ["statistics", "tables", table] if "release" in query:
            name = f"tables/{query['release']}/{table}"
        case _:
            raise ValueError(f"no file stands for {parts.path}")
    return f"{name}.html" if lang == "en" else f"{lang}/{name}.html"


def file_of_release(address: str, lang: str) -> str:
    """Where what `/v1/statistics/releases/...` answers stands. lang: of the page that links to it. Raises ValueError."""
    parts = urlsplit(address)
    release, _, rest = parts.path.removeprefix(_API).partition("/")
    match rest.split("/"):
        case [""]:
            name = "release.json"
        case ["structure"]:
            name = "structure.xml"
        case ["zip"]:
            name = f"{release}.zip"
        case ["tables", table] if table.endswith(".csv-metadata.json"):
            name = table
        case ["tables", table]:
            name = file_name(table, FORMATS[dict(parse_qsl(parts.query))["format"]], lang)
        case ["packs", sub_committee, told]:
            name = file_of(pack_of(sub_committee), told)
        case [kind, told]:
            name = file_of(kind, told)
        case _:
            raise ValueError(f"no file stands for {parts.path}")
    return f"releases/{release}/{name}"
