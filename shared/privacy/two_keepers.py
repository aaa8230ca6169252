"""Key-encryption keys while a region moves from files to OpenBao, or back: both unwrap, and for each class one of them wraps.

A row of the keyring says by which version it is wrapped, and the version says who keeps it: one that the setting spells out is a file's,
any other OpenBao's. So no version may be of both: whoever would wrap by such a one is refused.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from shared.errors import Unavailable
from shared.privacy.classes import FieldClass
from shared.privacy.kek import FileKeks, Keks
from shared.privacy.transit import PART, TransitKeks

Wrapped = tuple[FieldClass, UUID, int, bytes]
Asked = TypeVar("Asked")
Told = TypeVar("Told")


class TwoKeepers:
    """first: class -> who wraps its keys, one of the two."""

    def __init__(self, files: FileKeks, transit: TransitKeks, first: Mapping[FieldClass, Keks]) -> None:
        self._files, self._transit, self._first = files, transit, first

    def classes(self) -> frozenset[FieldClass]:
        return frozenset(self._first)

    async def check(self) -> None:
        """Raises Unavailable if the newest version at OpenBao is a file's too."""
        for which in self._transit.classes():
            self._apart(which, await self._transit.newest(which))

    async def newest(self, which: FieldClass) -> int:
        keeper = self._wrapper(which)
        version = await keeper.newest(which)
        return self._apart(which, version) if keeper is self._transit else version

    async def wrap(self, keys: Sequence[tuple[FieldClass, UUID, bytes]]) -> list[tuple[int, bytes]]:
        wrapped = await self._dealt(keys, lambda key: self._wrapper(key[0]), lambda keeper, some: keeper.wrap(some))
        for (which, *_), (version, _) in zip(keys, wrapped, strict=True):
            if self._wrapper(which) is self._transit:
                self._apart(which, version)
        return wrapped

    async def unwrap(self, keys: Sequence[Wrapped]) -> list[bytes]:
        return await self._dealt(keys, self._keeper, lambda keeper, some: keeper.unwrap(some))

    async def rewrap(self, keys: Sequence[Wrapped]) -> list[tuple[int, bytes]]:
        """Those of the one who wraps, without showing them; the others move: they are opened here and wrapped there."""
        stays = [self._keeper(key) is self._wrapper(key[0]) for key in keys]
        moving = [key for key, stay in zip(keys, stays, strict=True) if not stay]
        opened = await self.unwrap(moving)
        moved = iter(await self.wrap([(which, key_id, key) for (which, key_id, *_), key in zip(moving, opened, strict=True)]))
        staying = [key for key, stay in zip(keys, stays, strict=True) if stay]
        stayed = iter(await self._dealt(staying, self._keeper, lambda keeper, some: keeper.rewrap(some)))
        return [next(stayed if stay else moved) for stay in stays]

    def _wrapper(self, which: FieldClass) -> Keks:
        return self._first.get(which, self._transit)  # which says of an unknown class that it is not held

    def _keeper(self, key: Wrapped) -> Keks:
        return self._files if self._files.holds(key[0], key[2]) else self._transit

    def _apart(self, which: FieldClass, version: int) -> int:
        if self._files.holds(which, version):
            remedy = (
                f"Its version {version} of GABAY_KEK_{which.upper()} is a file's too: rotate it there until its number is none of theirs."
            )
            raise Unavailable(PART, remedy)
        return version

    async def _dealt(
        self, keys: Sequence[Asked], keeper_of: Callable[[Asked], Keks], ask: Callable[[Keks, Sequence[Asked]], Awaitable[list[Told]]]
    ) -> list[Told]:
        """What each one's keeper answers, in the order of the keys."""
        told: dict[int, Told] = {}
        for keeper in (self._files, self._transit):
            places = [place for place, key in enumerate(keys) if keeper_of(key) is keeper]
            told |= zip(places, await ask(keeper, [keys[place] for place in places]), strict=True)
        return [told[place] for place in range(len(keys))]
