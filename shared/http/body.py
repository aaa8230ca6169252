"""Strict JSON: what two parsers could read differently is refused (http chapter, section 11).

`orjson.loads` refuses NaN, Infinity, overflow, lone surrogates, BOM and bad UTF-8, but takes the last of duplicate keys,
turns integers beyond 64 bits into floats and lets NUL through. Those are found here, in one walk over the parsed value
and a few counts of bytes; the slower exact look at the text is taken only where a count leaves room for doubt.
"""

import re
from typing import Any, Final

import orjson

from shared.http.problems import Problem

MEMBERS: Final = 5_000
MEMBERS_OF_A_BATCH: Final = 100_000
ARRAY: Final = 100
DEPTH: Final = 16
INTEGER_DIGITS: Final = 19
NUMBER_LENGTH: Final = 32

_LARGEST: Final = 10**INTEGER_DIGITS - 1
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NUMBER: Final = re.compile(rb"-?[0-9][-+.0-9eE]*")
_NOT_A_NUMBER: Final = re.compile(rb"(?<![\w\"])-?(NaN|Infinity)(?![\w\"])")
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_SPACED_COLON: Final = (b" :", b"\t:", b"\n:", b"\r:")


def malformed(reason: str) -> Problem:
    """400 `malformed-json` with its reason."""
    return Problem("malformed-json", reason=reason)


def parse(raw: bytes, *, members: int = MEMBERS, array: int = ARRAY) -> Any:
    """The value of a JSON text. Raises Problem `malformed-json` for whatever is ambiguous, too deep or too much."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise malformed(_why(raw)) from None
    keys = _census(value, raw, members, array)
    # Every structural colon of compact JSON follows a quote, so `":` is counted at least once per written member;
    # an equal count therefore proves that no key was written twice. Strings may add to the count, never hide one.
    doubtful = raw.count(b'":') != keys or any(gap in raw for gap in _SPACED_COLON)
    if doubtful and _STRING.sub(b"", raw).count(b":") != keys:
        raise malformed("duplicate-key")
    if b"\\u0000" in raw and _holds_nul(value):
        raise malformed("nul")
    return value


def _census(value: Any, raw: bytes, members: int, array: int) -> int:
    """Count the members of all objects level by level; refuses depth, size and numbers on the way."""
    kind = type(value)
    if kind is float or kind is int:
        _check_numbers(raw)
    level = [value] if kind is dict or kind is list else []
    keys = elements = depth = 0
    numbers = False
    while level:
        depth += 1
        if depth > DEPTH:
            raise malformed("too-deep")
        below: list[Any] = []
        for node in level:
            if type(node) is dict:
                keys += len(node)
                children = node.values()
            else:
                if len(node) > array:
                    raise malformed("too-many-members")
                elements += len(node)
                children = node
            for child in children:
                kind = type(child)
                if kind is str:
                    continue
                if kind is dict or kind is list:
                    below.append(child)
                elif kind is float or (kind is int and not -_LARGEST <= child <= _LARGEST):
                    numbers = True
        if keys + elements > members:
            raise malformed("too-many-members")
        level = below
    if numbers:
        _check_numbers(raw)
    return keys


def _check_numbers(raw: bytes) -> None:
    for match in _NUMBER.finditer(_STRING.sub(b"", raw)):
        text = match[0]
        plain = text.lstrip(b"-").isdigit()
        if len(text) > NUMBER_LENGTH or (plain and len(text.lstrip(b"-")) > INTEGER_DIGITS):
            raise malformed("number-too-long")


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(_holds_nul, value))
        case dict():
            return any("\0" in key or _holds_nul(each) for key, each in value.items())
        case _:
            return False


def _why(raw: bytes) -> str:
    """The reason of a refusal by orjson, found after the fact."""
    if raw.startswith(b"\xef\xbb\xbf"):
        return "bom"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "not-utf8"
    text = _STRING.sub(b'""', raw)
    if _deepest(text) > DEPTH:
        return "too-deep"
    if _NOT_A_NUMBER.search(text):
        return "not-a-number"
    if any(len(number[0]) > NUMBER_LENGTH for number in _NUMBER.finditer(text)):
        return "number-too-long"
    if _SURROGATE.search(raw):
        return "lone-surrogate"
    return "syntax"


def _deepest(text: bytes) -> int:
    depth = deepest = 0
    for byte in text:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
