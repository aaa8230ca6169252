"""`gabay demo`: the main job on published figures, from the first POST to the equal table."""

import asyncio
import base64
import math
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from cli.demo.report import Screen
from shared.errors import GabayError
from shared.logs import setup_logs

if TYPE_CHECKING:
    from cli.demo.compare import Figures
    from deploy.embedded.stack import Stack


def demo(
    months: Annotated[int, typer.Option(min=1, help="how many months of the table, from January 2018 on")] = 12,
    all_months: Annotated[bool, typer.Option("--all", help="the whole table: 86 months, 1,191,581 people")] = False,
    only: Annotated[str, typer.Option(help="one month, e.g. 2023-10, the heaviest: 102,008 people")] = "",
    connections: Annotated[int, typer.Option(min=1, max=16, help="connections of the centre app")] = 4,
    journeys: Annotated[bool, typer.Option(help="open cases, deliver services and refer as well")] = True,
    publish: Annotated[bool, typer.Option("--publish", help="freeze and publish these months too; takes a minute or two more")] = False,
    story: Annotated[str, typer.Option(help="play one person's way instead; 'all' plays every story, 'list' names them")] = "",
) -> int:
    """Register the people of a published table through the public API, and compare what reporting answers with it.

    Starts the stack if it does not run. Running it twice changes no figure. Exit status 1 if any cell differs.

    gabay demo
    gabay demo --only 2023-10
    gabay demo --all
    gabay demo --publish
    gabay demo --story returnee
    """
    if story:
        from cli.demo.stories.told import tell

        setup_logs(level="warning", to_stderr=True)
        return asyncio.run(tell(story, Screen(), _stack, Tokens()))
    from cli.data import published

    known = published.load().months
    if only and only not in known:
        print(f"gabay demo: the table has no month {only}; it has {known[0]} to {known[-1]} (not 2020-04, 2020-05)", file=sys.stderr)
        return 2
    setup_logs(level="warning", to_stderr=True)  # lines of services are no use on a terminal
    chosen = [only] if only else list(known if all_months else known[:months])
    return asyncio.run(_demo(chosen, connections, journeys, publish))


async def _demo(months: list[str], connections: int, journeys: bool, publish: bool) -> int:
    from cli.data import published
    from cli.demo.compare import ARRIVALS, Figures, compare
    from cli.demo.journeys import AGENCY, CENTRE, Centre, Desk
    from cli.demo.people import CENTRES, batches
    from cli.demo.traffic import Progress, hand_in

    screen = Screen()
    stack = await _stack(screen)
    tokens = Tokens()
    tables = published.load()
    people = sum(tables.total(month) for month in months)
    for centre in CENTRES:
        await tokens.of(role="reception", centre=centre)
    figures = Figures(stack.api_url("reporting"), lambda: tokens.of(role="statistician"))
    progress = Progress()
    screen.begin(people, months, connections)

    async def watch(bar: Callable[[Progress], None]) -> None:
        # Of a table that was registered in part before, that part shows from the start.
        while progress.visible < people:
            progress.see(min(people, await figures.total(ARRIVALS, months)))
            bar(progress)
            await asyncio.sleep(0.2)

    with screen.bar(people) as bar:
        watching = asyncio.create_task(watch(bar))
        try:
            # Both centres' batches are handed in by the app of whoever is on duty at either.
            await hand_in(
                stack.api_url("intake"), tokens.current, batches(months), progress, connections=connections,
                renew=lambda: tokens.reception(CENTRES),
            )  # fmt: skip
            done = time.monotonic()
            try:
                await asyncio.wait_for(watching, 30 + people / 500)
            except TimeoutError:
                screen.say("reporting has not shown everybody in time: ./gabay status, ./gabay parked list")
        finally:
            watching.cancel()
    screen.imported(progress, people, done - progress.started, time.monotonic() - progress.started)

    late = False
    if journeys:
        year = datetime.now(UTC).year
        worker = await tokens.of(role="caseworker", centre=CENTRE)
        desk = Desk(
            {s: stack.api_url(s) for s in ("intake", "casework", "referrals")},
            supervisor=await tokens.of(role="supervisor", centre=CENTRE),
            worker=subject_of(worker),
            officer=await tokens.of(role="agency_desk", org=AGENCY),
        )
        at_work = Centre(desk, year)
        helped = await screen.working("open cases, deliver services, refer to the clinic", at_work.play())
        shown = await screen.working("wait for the figures", _caught_up(figures, at_work.month, helped.counts))
        screen.helped(helped.counts, shown)
        late = any(n < helped.counts[name] for name, n in shown.items())

    groups, nationalities = await compare(figures, tables, months)
    await figures.close()
    screen.tables(groups, nationalities)
    released = ""
    if publish:
        from cli.demo import release

        released = await screen.working("freeze and publish the months", release.publish(months))
    screen.links(stack, months, released)
    return 1 if late or groups.wrong() or nationalities.wrong() else 0


async def _caught_up(figures: "Figures", month: str, counts: Mapping[str, int]) -> dict[str, int]:
    """What reporting shows of the help given, once it shows all of it (or after 30 s what it shows then)."""
    shown: dict[str, int] = {}
    for _ in range(120):
        services = {c["VIA"]: c["n"] for c in await figures.ask("30a", [month], ["VIA"])}
        # Today, in whichever zone the centre is.
        now = datetime.now(UTC).date()
        days = [(now + timedelta(days=n)).isoformat() for n in (-1, 1)]
        referred = await figures.ask("30a", days, ["VIA"])
        shown = {
            "services": services.get("DIRECT", 0),
            "delivered": sum(c["n"] for c in referred if c["VIA"] == "REFERRAL"),
        }
        if all(shown[name] >= counts[name] for name in shown):
            break
        await asyncio.sleep(0.25)
    return shown


class Tokens:
    """Development tokens, renewed before their hour is over."""

    RENEWED_S = 2400

    def __init__(self) -> None:
        self._now = ""
        self._made: dict[tuple[str | None, ...], tuple[float, str]] = {}

    async def of(self, *, role: str, centre: str | None = None, org: str | None = None, staff: str | None = None) -> str:
        """A token with this grant; the one made before, while it is good for another twenty minutes."""
        from cli.process import settings_of
        from shared.http.development import development_token

        who = (role, centre, org, staff)
        made, token = self._made.get(who, (-math.inf, ""))
        if time.monotonic() - made > self.RENEWED_S:
            issuer, access = settings_of(None, "issuer"), settings_of("access", "migrate")
            token = await development_token(
                home=issuer.home, issuer=issuer.oidc_issuer, access_dsn=access.database_owner_url, region=issuer.region,
                role=role, centre=centre, org=org, staff=staff,
            )  # fmt: skip
            self._made[who] = time.monotonic(), token
        return token

    def current(self) -> str:
        return self._now

    async def reception(self, centres: tuple[str, ...]) -> None:
        """One officer who is on duty at both centres."""
        for centre in centres:
            self._now = await self.of(role="reception", centre=centre, staff="stf-reception-demo")


def subject_of(token: str) -> str:
    """The staff id that a token of the local issuer speaks for."""
    payload = token.split(".")[1]
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])


async def _stack(screen: Screen) -> "Stack":
    from cli.stack import up
    from deploy.embedded.stack import Stack

    if not Stack.is_running():
        screen.say("starting the stack (gabay down stops it)")
        status = await asyncio.to_thread(up, detach=True)
        if status:
            raise GabayError("the stack did not start: ./gabay doctor")
    return Stack.attach()
