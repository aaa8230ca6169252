"""Row-level security of intake's read models: a list that asks for every centre gets those of the caller."""

from __future__ import annotations

from tests.harness.people import CENTRE, a_registration, new_id
from tests.integration.intake.conftest import CENTRES, Desk
from tests.planted.route_forgets_its_check import planted


async def test_a_list_that_asks_for_every_centre_shows_those_of_the_caller(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id()))
    await desk.catch_up()
    seen = {}
    for centre in CENTRES:
        with planted(frozenset(CENTRES)):
            pages = [
                await desk.as_("supervisor", centre).send("GET", path) for path in ("/v1/clients", "/v1/duplicate-reviews", "/v1/changes")
            ]
        assert [page.status_code for page in pages] == [200, 200, 200], [page.text for page in pages]
        seen[centre] = [made["id"] in page.text for page in pages]
    assert seen == {CENTRE: [True, False, True], CENTRES[1]: [False, False, False]}
