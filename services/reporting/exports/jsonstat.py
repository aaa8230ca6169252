"""JSON-stat 2.0: values row-major in the order of `id`, labels in one language (statistics chapter, section 11). Pure."""

import json
from typing import Any

from services.reporting.disclosure.cells import Status
from services.reporting.exports.cube import FREQUENCIES, NOTE, TITLES, Cube
from shared.eventsourcing.event import instant


def json_stat(cube: Cube, lang: str) -> bytes:
    """The dataset of a table."""
    ids = ["FREQ", *(column.id for column in cube.columns), "TIME_PERIOD"]
    dimension: dict[str, Any] = {
        "FREQ": _category(TITLES["FREQ"][lang], {cube.frequency: FREQUENCIES[cube.frequency][lang]}),
        **{c.id: _category(c.title[lang], {code: words[lang] for code, words in c.words.items()}) for c in cube.columns},
        "TIME_PERIOD": _category(TITLES["TIME_PERIOD"][lang], {cube.period: cube.period}),
    }
    cells = [cell for _, cell in cube.rows()]
    document = {
        "version": "2.0",
        "class": "dataset",
        "label": cube.title[lang],
        "updated": instant(cube.updated),
        "id": ids,
        "size": [len(dimension[name]["category"]["index"]) for name in ids],
        "role": {"time": ["TIME_PERIOD"]} | ({"geo": ["REF_AREA"]} if "REF_AREA" in ids else {}),
        "dimension": dimension,
        "value": [_value(cell.value) for cell in cells],
        "status": {str(place): "Q" for place, cell in enumerate(cells) if cell.status is Status.HIDDEN},
        "note": [NOTE[lang], cube.method[lang]],
        "extension": {"table": cube.table, "release": cube.release},
    }
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _category(label: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "category": {"index": list(labels), "label": labels}}


def _value(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
