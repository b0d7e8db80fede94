"""A bad road, seeded: throttled, refused by a gateway, reset, cut short or slow, before or after the work was done."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

from tests.road.serving import Handler

KINDS = ("throttled", "429", "503", "503 done", "502 done", "reset", "reset done", "cut", "cut to nothing", "slow")


class BadRoad:
    """Disturbs `share` of the requests; `seen` counts what it did."""

    def __init__(self, share: float, *, seed: int, kinds: tuple[str, ...] = KINDS) -> None:
        self._random, self._share, self._kinds = random.Random(seed), share, kinds
        self._lock = threading.Lock()
        self.seen: Counter[str] = Counter()

    def __call__(self, handler: Handler, number: int) -> bool:
        with self._lock:
            if self._random.random() >= self._share:
                return False
            kind = self._random.choice(self._kinds)
            self.seen[kind] += 1
        if kind.endswith("done"):
            handler.answer()
        match kind.split()[0]:
            case "throttled":
                handler.say(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
            case "429":
                handler.say(429, {})
            case "503":
                handler.say(503, {"message": "service unavailable"})
            case "502":
                handler.say(502, {"message": "bad gateway"})
            case "reset":
                handler.reset()
            case "cut":
                status, document = handler.answer()
                handler.say(status, document, cut=5 if kind == "cut" else len(str(document)))
            case "slow":
                time.sleep(0.1)
                return False
        return True
