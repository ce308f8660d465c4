"""The time in which a slice may act (invariant I4), as one object that flows through the runner."""

from __future__ import annotations

from connect_core.runtime.ports import Clock

MARGIN_S = 2.0
"""Kept back at the end of a lease for the last commit and ``stop``."""


class Lease:
    """``end`` in epoch seconds; None: open-ended, the host's clock alone says when to stop."""

    def __init__(self, clock: Clock, end: float | None) -> None:
        self.clock, self.end = clock, end

    @property
    def open_ended(self) -> bool:
        """True when no end is known in advance: being idle never ends such a slice."""
        return self.end is None

    def expired(self) -> bool:
        """I4: past its lease a slice does nothing."""
        return self.end is not None and self.clock.now() >= self.end

    def closing(self) -> bool:
        """True once no new poll may begin."""
        if self.clock.stopping():
            return True
        return self.end is not None and self.clock.now() >= self.end - MARGIN_S

    def wait(self, seconds: float) -> None:
        """Sleep, but never into the margin."""
        if self.end is not None:
            seconds = min(seconds, self.end - MARGIN_S - self.clock.now())
        if seconds > 0:
            self.clock.sleep(seconds)
