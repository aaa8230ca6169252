"""JSON-stat 2.0: values row-major in the order of `id`, labels in one language (statistics chapter, section 11). Pure."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from services.reporting.disclosure.cells import Status
from services.reporting.exports.cube import FREQUENCIES, NOTE, TITLES, Cube
from shared.eventsourcing.event import instant

CELLS = 2000
"""Values that are put together before they leave: memory stays flat whatever the table."""


def json_stat(cube: Cube, lang: str) -> bytes:
    """The dataset of a table."""
    return b"".join(parts(cube, lang))


def parts(cube: Cube, lang: str) -> Iterator[bytes]:
    """The same piece by piece."""
    ids = ["FREQ", *(column.id for column in cube.columns), "TIME_PERIOD"]
    dimension: dict[str, Any] = {
        "FREQ": _category(TITLES["FREQ"][lang], {cube.frequency: FREQUENCIES[cube.frequency][lang]}),
        **{c.id: _category(c.title[lang], {code: words[lang] for code, words in c.words.items()}) for c in cube.columns},
        "TIME_PERIOD": _category(TITLES["TIME_PERIOD"][lang], {cube.period: cube.period}),
    }
    head = {
        "version": "2.0",
        "class": "dataset",
        "label": cube.title[lang],
        "updated": instant(cube.updated),
        "id": ids,
        "size": [len(dimension[name]["category"]["index"]) for name in ids],
        "role": {"time": ["TIME_PERIOD"]} | ({"geo": ["REF_AREA"]} if "REF_AREA" in ids else {}),
        "dimension": dimension,
    }
    tail = {
        "note": [NOTE[lang], cube.method[lang]],
        "extension": {"table": cube.table, "release": cube.release},
    }
    yield f'{_written(head)[:-1]},"value":['.encode()
    yield from _joined(_written(_value(cell.value)) for _, cell in cube.rows())
    yield b'],"status":{'
    yield from _joined(f'"{n}":"{cell.status}"' for n, (_, cell) in enumerate(cube.rows()) if cell.status is not Status.SHOWN)
    yield f"}},{_written(tail)[1:]}\n".encode()


def _joined(texts: Iterable[str]) -> Iterator[bytes]:
    """With commas between them, some thousand at a time."""
    left, comma = iter(texts), ""
    while some := list(islice(left, CELLS)):
        yield (comma + ",".join(some)).encode()
        comma = ","


def _written(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _category(label: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "category": {"index": list(labels), "label": labels}}


def _value(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
