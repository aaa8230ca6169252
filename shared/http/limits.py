"""Rate limits per principal: a moving window in this process; the ingress is the outer fence (http chapter, section 11)."""

import math
import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Final

from limits import RateLimitItem, parse_many

from shared import telemetry
from shared.http.problems import Problem

# Not in GABAY_RATE_LIMITS by default; named there they are taken from there.
ALWAYS: Final = {"breakglass": "5/day", "feedback": "10/minute", "tokens": "20/minute"}
REMEMBERED: Final = 10_000


class Limiter:
    """One budget per (kind, who). kinds: GABAY_RATE_LIMITS, e.g. {"search": "60/minute;300/hour"}.

    The notation is that of `limits`; the window is our own, since the library's memory storage starts a thread for its
    timer on most calls (35 us a request, measured).
    """

    def __init__(self, kinds: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kinds: dict[str, tuple[RateLimitItem, ...]] = {
            kind: tuple(parse_many(re.sub(r"\bmin\b", "minute", text))) for kind, text in {**ALWAYS, **kinds}.items()
        }
        self._policies = {
            kind: ", ".join(f'"{kind}";q={item.amount};w={item.get_expiry()}' for item in items) for kind, items in self._kinds.items()
        }
        self._hits: OrderedDict[tuple[str, str, int], deque[float]] = OrderedDict()

    def take(self, kind: str, who: str) -> dict[str, str]:
        """Count one request; returns the RateLimit headers. Raises Problem `rate-limited` with Retry-After.

        Headers: IETF draft-ietf-httpapi-ratelimit-headers-11. A kind without a limit gives none.
        """
        items = self._kinds.get(kind, ())
        if not items:
            return {}
        now = self._clock()
        headers = {"RateLimit-Policy": self._policies[kind]}
        windows = [(item, self._window(kind, who, item, now)) for item in items]
        full = [(item, hits) for item, hits in windows if len(hits) >= item.amount]
        if full:
            wait = max(_until(hits[0] + item.get_expiry(), now) for item, hits in full)
            telemetry.logger().warning("sec_limit_hit", reason=kind, seconds=wait)
            raise Problem("rate-limited", {**headers, "RateLimit": f'"{kind}";r=0;t={wait}', "Retry-After": str(wait)})
        for _, hits in windows:
            hits.append(now)
        item, hits = windows[0]
        headers["RateLimit"] = f'"{kind}";r={item.amount - len(hits)};t={_until(hits[0] + item.get_expiry(), now)}'
        return headers

    def _window(self, kind: str, who: str, item: RateLimitItem, now: float) -> "deque[float]":
        """When this one asked within the window that ends now."""
        key = (kind, who, item.get_expiry())
        hits = self._hits.get(key)
        if hits is None:
            hits = self._hits[key] = deque()
            if len(self._hits) > REMEMBERED:
                self._hits.popitem(last=False)
        else:
            self._hits.move_to_end(key)
        since = now - key[2]
        while hits and hits[0] <= since:
            hits.popleft()
        return hits


def _until(then: float, now: float) -> int:
    return max(1, math.ceil(then - now))
