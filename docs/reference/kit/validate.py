"""Compare the state that your consumer reached with the expected one: python validate.py mine.json"""

import json
import sys
from pathlib import Path


def differences(mine: object, expected: dict[str, dict[str, object]]) -> list[str]:
    """One line per difference; none: your consumer is right."""
    if not isinstance(mine, dict):
        return ["not an object"]
    found = []
    for part, wanted in expected.items():
        got = mine.get(part)
        if not isinstance(got, dict):
            found.append(f"{part}: missing")
            continue
        found += [f"{part}: {key} is missing" for key in wanted if key not in got]
        found += [f"{part}: {key} should not be there" for key in got if key not in wanted]
        found += [f"{part}: {key} is {got[key]}, expected {wanted[key]}" for key in wanted if key in got and got[key] != wanted[key]]
    return found


if __name__ == "__main__":
    expected = json.loads((Path(__file__).parent / "expected.json").read_text(encoding="utf-8"))
    lines = differences(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), expected)
    print("\n".join(lines) or "your consumer is right")
    sys.exit(1 if lines else 0)
