"""The bill of materials names every pinned package once, always alike, and refuses what is not pinned."""

import pytest

from cli.sbom import LOCKS, ROOT, components, document

LOCK = "Some_Package[extra]==1.2 \\\n    --hash=sha256:" + "b" * 64 + " \\\n    --hash=sha256:" + "a" * 64 + "\n# a comment\n"


def test_a_package_has_its_normal_name_its_version_and_every_hash() -> None:
    [part] = components(LOCK, "required")
    assert (part["purl"], part["scope"]) == ("pkg:pypi/some-package@1.2", "required")
    assert [each["value"][0] for each in part["properties"]] == ["a", "b"]


def test_what_no_hash_pins_is_refused() -> None:
    with pytest.raises(ValueError, match="gabay lock"):
        list(components("loose==1.0\n", "required"))


def test_everything_that_is_pinned_is_in_it_once() -> None:
    made = document(LOCKS)
    text = "".join((ROOT / "requirements" / name).read_text() for name in LOCKS)
    pinned = {line.split("==")[0].lower() for line in text.splitlines() if "==" in line}
    refs = [part["bom-ref"] for part in made["components"]]
    assert len(refs) == len(set(refs))
    assert len({part["name"] for part in made["components"]}) >= len(pinned) > 50
    assert made == document(LOCKS)
