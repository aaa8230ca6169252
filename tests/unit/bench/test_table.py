"""The published table that `table_10m` counts: the whole of it, or a smaller one of its proportions."""

from bench.pairs.table import published, question


def test_the_table_has_the_total_that_was_published() -> None:
    cells = published()
    assert sum(cells.values()) == 11_086_194
    assert sum(n for (month, _, _), n in cells.items() if month == "2023-12") == 301_981
    assert question(cells).span.months == (201710, 202505)


def test_a_smaller_table_keeps_every_cell() -> None:
    whole, small = published(), published(200_000)
    assert small.keys() == whole.keys()
    assert min(small.values()) == 1
    assert 200_000 <= sum(small.values()) <= 205_000
