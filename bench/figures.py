"""What all benches share: CPU time of this process, and one line per figure with the ratio to the raw client."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process with all its threads: those of the client library count too."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def best(contestants: dict[str, Callable[[], object]], *, rounds: int = 3) -> dict[str, float]:
    """Fewest CPU seconds of each; they take turns, so that a busy machine slows all of them alike."""
    found = dict.fromkeys(contestants, float("inf"))
    for _ in range(rounds):
        for name, work in contestants.items():
            found[name] = min(found[name], cpu(work))
    return found


def rate(what: str, ours: float, raw: float, *, against: str) -> None:
    """Two rates per CPU-second, larger is better."""
    print(f"{what:36} {ours:12,.0f} per CPU-second   {against} {raw:12,.0f}   ratio {ours / raw:5.2f}", flush=True)


def span(what: str, ours: float, raw: float, *, against: str) -> None:
    """Two times in seconds, smaller is better."""
    print(f"{what:36} {ours * 1000:9.0f} ms   {against} {raw * 1000:9.0f} ms   ratio {ours / raw:5.2f}", flush=True)
