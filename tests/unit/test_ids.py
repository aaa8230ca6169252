"""Derived ids are those of the standard library."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from shared.eventsourcing.ids import derived


@given(namespace=st.uuids(), name=st.text())
def test_a_derived_id_is_the_uuid5_of_the_standard(namespace: UUID, name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    ours, theirs = derived(namespace, name), uuid5(namespace, name)
    assert (ours, str(ours), ours.version, ours.variant, hash(ours)) == (
        theirs,
        str(theirs),
        5,
        theirs.variant,
        hash(theirs),
    )
