"""All forty indicators, and the names by which a request asks for them."""

import re
from collections.abc import Mapping

from services.reporting.indicators import (
    i01,
    i02,
    i03,
    i04,
    i05,
    i06,
    i07,
    i08,
    i09,
    i10,
    i11,
    i12,
    i13,
    i14,
    i15,
    i16,
    i17,
    i18,
    i19,
    i20,
    i21,
    i22,
    i23,
    i24,
    i25,
    i26,
    i27,
    i28,
    i29,
    i30,
    i31,
    i32,
    i33,
    i34,
    i35,
    i36,
    i37,
    i38,
    i39,
    i40,
)
from services.reporting.indicators.declaration import Indicator, Series
from services.reporting.indicators.published import PublicTable

_BUILT = (
    i01, i02, i03, i04, i05, i06, i07, i08, i09, i10, i11, i12, i13, i14, i15, i16, i17, i18, i19, i20,
    i21, i22, i23, i24, i25, i26, i27, i28, i29, i30, i31, i32, i33, i34, i35, i36, i37, i38, i39, i40,
)  # fmt: skip

INDICATORS: Mapping[str, Indicator] = {m.INDICATOR.id: m.INDICATOR for m in _BUILT}

PUBLIC: Mapping[str, tuple[PublicTable, ...]] = {m.INDICATOR.id: m.PUBLIC for m in _BUILT}

_NAME = re.compile(r"I?(\d{1,2})([a-f]?)", re.IGNORECASE | re.ASCII)


def find(name: str) -> tuple[Indicator, tuple[Series, ...]] | None:
    """`16` all series of an indicator, `16b` (or `I16B`) one of them; None for a name that is not built."""
    match = _NAME.fullmatch(name)
    indicator = INDICATORS.get(f"{int(match[1]):02d}") if match else None
    if match is None or indicator is None:
        return None
    letter = match[2].lower()
    series = tuple(s for s in indicator.series if not letter or s.letter == letter)
    return (indicator, series) if series else None
