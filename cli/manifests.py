"""`gabay manifests`, `gabay region new`: the files by which containers and clusters run what `gabay up` runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shared.settings import ROOT

region = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def pages() -> dict[Path, str]:
    """Path -> text of every file that is made from deploy/manifests."""
    from deploy.manifests import compose, kubernetes, national

    return {
        ROOT / "docker-compose.yml": compose.page(),
        ROOT / "deploy" / "compose" / "outside.yml": compose.outside(),
        ROOT / "deploy" / "compose" / "mm2.properties": national.mirror_of_compose(),
        **{ROOT / "deploy" / "kubernetes" / "overlays" / "national" / name: text for name, text in national.pages().items()},
        **{ROOT / "deploy" / "kubernetes" / name: text for name, text in kubernetes.pages().items()},
    }


def stale() -> list[Path]:
    """Files that differ from what would be written."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def manifests(
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit status 1 when one is out of date")] = False,
) -> int:
    """Write docker-compose.yml and deploy/kubernetes from the one table of processes and secrets."""
    texts, old = pages(), stale()
    for path in old:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
    if not old:
        print(f"{len(texts)} files are up to date")
    return 1 if old and check else 0


@region.command("new")
def new(
    name: Annotated[str, typer.Argument(help="small letters, digits, hyphens: bohol")],
    like: Annotated[str, typer.Option(help="the region file to begin from")] = "antique",
) -> None:
    """Write the overlay and the region file of a new region: its names, hosts and sizes are yours to edit.

    gabay region new bohol --like antique
    """
    from deploy.manifests.region import create

    for path in create(name, like):
        print(f"written: {path.relative_to(ROOT)}")
    print(f"Edit deploy/regions/{name}.toml first: centres, organisations, agreements. Then: gabay region check {name}")


@region.command("check")
def check(name: str) -> None:
    """Read a region file as a process would, and say what is wrong with it.

    gabay region check bohol
    """
    from shared.region import load_region
    from shared.region_national import is_national, load_national

    file = ROOT / "deploy" / "regions" / f"{name}.toml"
    if is_national(file):
        print(f"{name}: a national stack of {len(load_national(file).regions)} regions")
        return
    found = load_region(file)
    print(f"{found.region}: {len(found.centres)} centres")
