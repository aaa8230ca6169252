"""What is committed works anywhere: no address of a package registry, no path of one machine, no secret."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, committed

HOSTS = re.compile(
    r"pypi\.(?:org|io)|pythonhosted\.org|maven\.org|repo1?\.maven|registry\.npmjs|index\.crates|docker\.io|ghcr\.io|quay\.io|conda\.anaconda",
    re.I,
)
# Folders of one person or machine; `/path/to` and `/home/user` are how manuals write "yours".
PATHS = re.compile(r"(?<![\w.$}])(?:/root/|/Users/\w|/home/(?!user\b)\w|C:\\\\Users)")
SECRETS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"
    r"|(?:password|secret|token|api_key)\s*[:=]\s*['\"][A-Za-z0-9+/_-]{24,}['\"]",
    re.I,
)
KINDS = {"an address of a registry": HOSTS, "a path of one machine": PATHS, "what looks like a secret": SECRETS}

# File -> (kind, why).
ALLOWED = {
    "tests/architecture/test_committed.py": "the patterns themselves",
}


def offences(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for kind, pattern in KINDS.items():
            if pattern.search(line):
                yield number, kind


def test_nothing_committed_belongs_to_one_machine_or_one_person() -> None:
    bad = []
    for file in committed():
        name = file.relative_to(ROOT).as_posix()
        if name in ALLOWED or file.suffix in (".png", ".ico", ".woff2"):
            continue
        bad += [f"{name}:{line}: {kind}" for line, kind in offences(file.read_text(encoding="utf-8", errors="replace"))]
    assert not bad, "\n".join(bad)


def test_no_file_is_large() -> None:
    large = [f"{file.relative_to(ROOT)} {file.stat().st_size >> 20} MiB" for file in committed() if file.stat().st_size > 4 << 20]
    assert not large, large


def test_the_launcher_can_be_run() -> None:
    assert all((ROOT / name).stat().st_mode & 0o111 for name in ("gabay", ".ci/run"))


@pytest.mark.parametrize(
    "line",
    [
        "index-url = https://pypi.org/simple",
        "cd /root/gabay",
        "see /root/shared",
        "-----BEGIN PRIVATE KEY-----",
        'password = "abcdefghijklmnopqrstuvwxyz"',
    ],
)
def test_an_offence_is_found(line: str) -> None:
    assert len(list(offences(line))) == 1


@pytest.mark.parametrize("line", ["GABAY_PYTHON=/path/to/python3.11 ./gabay", '"/v1/root/items"', "the home/office of a client"])
def test_what_only_looks_like_one_is_not(line: str) -> None:
    assert not list(offences(line))
