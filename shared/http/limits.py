"""Rate limits per principal: a moving window in this process; the ingress is the outer fence (http chapter, section 11)."""

import math
import re
import time
from collections.abc import Mapping
from typing import Final

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shared import telemetry
from shared.http.problems import Problem

# Not in GABAY_RATE_LIMITS by default; named there they are taken from there.
ALWAYS: Final = {"breakglass": "5/day", "feedback": "10/minute", "tokens": "20/minute"}


class Limiter:
    """One budget per (kind, who). kinds: GABAY_RATE_LIMITS, e.g. {"search": "60/minute;300/hour"}."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._storage = MemoryStorage()
        self._window = MovingWindowRateLimiter(self._storage)
        self._kinds: dict[str, tuple[RateLimitItem, ...]] = {
            kind: tuple(parse_many(re.sub(r"\bmin\b", "minute", text))) for kind, text in {**ALWAYS, **kinds}.items()
        }
        self._policies = {
            kind: ", ".join(f'"{kind}";q={item.amount};w={item.get_expiry()}' for item in items) for kind, items in self._kinds.items()
        }

    def take(self, kind: str, who: str) -> dict[str, str]:
        """Count one request; returns the RateLimit headers. Raises Problem `rate-limited` with Retry-After.

        Headers: IETF draft-ietf-httpapi-ratelimit-headers-11. A kind without a limit gives none.
        """
        items = self._kinds.get(kind, ())
        allowed = all([self._window.hit(item, kind, who) for item in items])
        if not items:
            return {}
        item = items[0]
        headers = {"RateLimit-Policy": self._policies[kind]}
        if allowed:
            stats = self._window.get_window_stats(item, kind, who)
            headers["RateLimit"] = f'"{kind}";r={stats.remaining};t={_seconds(stats.reset_time)}'
            return headers
        wait = max(_seconds(self._window.get_window_stats(i, kind, who).reset_time) for i in items)
        telemetry.logger().warning("sec_limit_hit", reason=kind, seconds=wait)
        raise Problem("rate-limited", {**headers, "RateLimit": f'"{kind}";r=0;t={wait}', "Retry-After": str(wait)})

    def spent(self, kind: str, who: str) -> bool:
        """Whether nothing is left, without counting."""
        return not all(self._window.test(item, kind, who) for item in self._kinds.get(kind, ()))


def _seconds(reset: float) -> int:
    return max(1, math.ceil(reset - time.time()))
