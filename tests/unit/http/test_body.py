"""Strict JSON: one verdict with Python's own strict decoder, and a reason for each refusal."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.http.body import ARRAY, DEPTH, parse
from shared.http.problems import Problem

REFUSED: dict[str, list[bytes]] = {
    "duplicate-key": [
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'{"a" : 1, "b": 2, "a":3}',
        b'{"x":{"a":1,"b":[{"c":1,"c":1}]}}',
        b'{"a": 1, "a": "\\": "}',
        b'{"a" :1,"a":":"}',
        b'{"a"\n:1,"a":"\\":"}',
    ],
    "not-a-number": [b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b"[NaN]"],
    "lone-surrogate": [b'{"a":"\\ud800"}', b'{"a":"\\udc00x"}', b'{"\\ud83d":1}'],
    "nul": [b'{"a":"\\u0000"}', b'{"a":"x\\u0000y"}', b'{"\\u0000":1}', b'["\\\\\\u0000"]'],
    "not-utf8": [b'{"a":"\xff"}', b'{"a":"\xc3\x28"}', b'{"a":"\xed\xa0\x80"}'],
    "bom": [b'\xef\xbb\xbf{"a":1}'],
    "too-deep": [b"[" * 17 + b"]" * 17, b"[" * 5_000 + b"]" * 5_000, b"[" * 200_000, b'{"a":' * 17 + b"1" + b"}" * 17],
    "too-many-members": [
        orjson.dumps({str(n): n for n in range(5_001)}),
        orjson.dumps(list(range(ARRAY + 1))),
        orjson.dumps({str(a): {str(b): 1 for b in range(100)} for a in range(60)}),
    ],
    "number-too-long": [
        b'{"a":12345678901234567890}',
        b'{"a":-12345678901234567890}',
        b'{"a":0.1000000000000000000000000000000001}',
        b'{"a":1e0000000000000000000000000000000001}',
        b"1" * 400,
        b'[{"a":99999999999999999999999999999999}]',
    ],
    "syntax": [b"", b"{", b'{"a":1,}', b"{'a':1}", b'{"a":01}', b'{"a":1}x', b"[1,]", b'{"a":"\x01"}', b'{"a":+1}', b"/**/{}", b"nul"],
}
ACCEPTED: list[bytes] = [
    b"{}",
    b"[]",
    b'"a"',
    b"1",
    b"null",
    b'{"a":1,"b":{"a":1}}',
    b'{"a" : 1 , "b" : [ {"a":1}, {"a":2} ] }',
    b'{"text":"a\\": \\"b"}',
    b'{"text":"\\\\","more":"\\\\\\":"}',
    b'{"a":"\\\\u0000"}',
    b'{"a":"\\ud83d\\ude00"}',
    b'{"a":9223372036854775807,"b":-9223372036854775808,"c":1234567890123456789}',
    b'{"a":0.25,"b":-1e-5,"c":1E+2}',
    b'{"a":"NaN","b":"Infinity"}',
    b"[" * DEPTH + b"]" * DEPTH,
    b'{"' + b"k" * 3_000 + b'":1}',
    orjson.dumps(list(range(ARRAY))),
    b'{"id":"11111111111111111111111111111111111111111111"}',
]


def reference(raw: bytes) -> Any:
    """The same rules on Python's own decoder; raises ValueError."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("duplicate")
        return dict(pairs)

    def number(text: str) -> float:
        if len(text) > 32 or math.isinf(float(text)):
            raise ValueError("number")
        return float(text)

    def integer(text: str) -> int:
        if len(text.lstrip("-")) > 19:
            raise ValueError("integer")
        return int(text)

    def constant(text: str) -> float:
        raise ValueError(text)

    def walk(value: Any, depth: int = 1) -> None:
        if isinstance(value, str):
            value.encode()  # a lone surrogate fails
            if "\0" in value:
                raise ValueError("nul")
        elif isinstance(value, dict | list):
            if depth > DEPTH or (isinstance(value, list) and len(value) > ARRAY):
                raise ValueError("deep or long")
            for child in [*value, *value.values()] if isinstance(value, dict) else value:
                walk(child, depth + 1)

    if raw.startswith(b"\xef\xbb\xbf"):
        raise ValueError("bom")
    decoder = json.JSONDecoder(object_pairs_hook=members, parse_float=number, parse_int=integer, parse_constant=constant)
    try:
        value = decoder.decode(raw.decode())
    except RecursionError:
        raise ValueError("deep") from None
    walk(value)
    return value


@pytest.mark.parametrize(("reason", "raw"), [(reason, raw) for reason, raws in REFUSED.items() for raw in raws])
def test_a_doubtful_text_is_refused_with_its_reason(reason: str, raw: bytes) -> None:
    with pytest.raises(Problem) as refusal:
        parse(raw)
    assert refusal.value.code == "malformed-json"
    assert refusal.value.members == {"reason": reason}


@pytest.mark.parametrize("raw", ACCEPTED)
def test_a_plain_text_is_read(raw: bytes) -> None:
    assert parse(raw) == reference(raw)


@pytest.mark.parametrize("raw", [raw for reason, raws in REFUSED.items() if reason != "too-many-members" for raw in raws])
def test_python_refuses_what_we_refuse(raw: bytes) -> None:
    with pytest.raises(ValueError):
        reference(raw)


FRAGMENTS = st.lists(
    st.sampled_from(
        ['{"a":', '"a"', '"b"', ":", ",", "{", "}", "[", "]", " ", "\n", "1", "-0", "1e5", "NaN", '"\\u0000"', '"\\ud800"', '"\\":"',
         "null",
         '"\\u0061"', "12345678901234567890", '{"a":1,"a":2}', '"x":', '"": ', "0.5"]
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=1_500, deadline=None)
@given(FRAGMENTS)
@example(['{"a":', "1", ",", '"\\u0061"', ":", "1", "}"])
def test_both_decoders_agree_on_whatever_is_put_together(fragments: list[str]) -> None:
    raw = "".join(fragments).encode()
    try:
        expected: Any = reference(raw)
    except ValueError:
        expected = Problem
    try:
        found: Any = parse(raw)
    except Problem:
        found = Problem
    assert found == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=500, deadline=None)
@given(VALUES, st.booleans())
def test_what_python_writes_is_read_back_unless_it_holds_a_nul(value: Any, spaced: bool) -> None:
    raw = json.dumps(value, indent=1 if spaced else None, ensure_ascii=spaced).encode()
    if "\\u0000" in json.dumps(value).replace("\\\\", ""):
        with pytest.raises(Problem):
            parse(raw)
    else:
        assert parse(raw) == value
