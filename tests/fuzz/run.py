"""Runs families of cases and counts: one line per family, mismatches shown smallest first.

Hypothesis draws the cases from the seed; a mismatch does not stop a run, so the count is of all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import tests.fuzz
from tests.fuzz.family import SPREAD, Family, Maker, Pair

SHOWN = 3


@dataclass
class Outcome:
    """What a run of one family found."""

    name: str
    cases: int = 0
    seconds: float = 0.0
    known: Counter[str] = field(default_factory=Counter)
    mismatches: list[tuple[Any, Pair]] = field(default_factory=list)

    def line(self) -> str:
        """The family's line."""
        known = "".join(f", {count} known: {name}" for name, count in sorted(self.known.items()))
        return f"{self.name}: {self.cases} cases, {len(self.mismatches)} mismatches{known}, {self.seconds:.1f} s of CPU"

    def shown(self) -> str:
        """The smallest mismatches, readable."""
        smallest = sorted(self.mismatches, key=lambda found: len(repr(found)))[:SHOWN]
        return "\n".join(f"  case {case!r}\n  ours {pair.ours!r}\n  java {pair.java!r}" for case, pair in smallest)


def makers() -> dict[str, Maker]:
    """Every family of the package by name; a name may appear once."""
    found: dict[str, Maker] = {}
    for info in sorted(pkgutil.iter_modules(tests.fuzz.__path__), key=lambda info: info.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"tests.fuzz.{info.name}")
        for name, maker in getattr(module, "FAMILIES", {}).items():
            assert name not in found, f"two fuzz families are called {name}"
            found[name] = maker
    return found


def run(family: Family, *, cases: int, start: int) -> Outcome:
    """Draw and compare ``cases`` cases from the seed ``start``."""
    outcome = Outcome(family.name)
    each = SPREAD if family.vary else 1

    @seed(f"{start} {family.name}")
    @settings(
        max_examples=-(-cases // each), database=None, deadline=None, phases=[Phase.generate], derandomize=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(family.cases, st.integers(0, 2**62))
    def one(drawn: Any, source: int) -> None:
        if family.vary is None:
            _count(outcome, family, drawn)
            return
        random = Random(source)
        for _ in range(min(each, cases - outcome.cases)):
            _count(outcome, family, family.vary(drawn, random))

    began = time.process_time()  # not the clock on the wall, which measures the neighbours
    one()
    outcome.seconds = time.process_time() - began
    return outcome


def _count(outcome: Outcome, family: Family, case: Any) -> None:
    outcome.cases += 1
    try:
        pair = family.compare(case)
        if pair.ours == pair.java:
            return
        name = family.known(case, pair)
    except Exception:  # noqa: BLE001 - a family that breaks on its own case is a mismatch to look at
        pair, name = Pair("the comparison itself failed", traceback.format_exc()), None
    if name is None:
        outcome.mismatches.append((case, pair))
    else:
        outcome.known[name] += 1
