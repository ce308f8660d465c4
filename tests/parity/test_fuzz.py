"""A short run of every fuzz family; ``make fuzz N=100000 SEED=7`` runs longer ones."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.fuzz.run import makers, run
from tests.parity.bridge import Bridge

CASES = 2_000
SEED = 20_26
PARITY = Path(__file__).parents[2] / "docs" / "parity.md"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", makers())
def test_no_mismatch(confluent: ModuleType, name: str) -> None:
    outcome = run(makers()[name](Bridge(confluent)), cases=CASES, start=SEED)
    assert not outcome.mismatches, f"{outcome.line()}\n{outcome.shown()}"
    assert outcome.cases >= min(CASES, 100)


def test_known_differences_are_explained(confluent: ModuleType) -> None:
    told = " ".join(PARITY.read_text().split())
    for name, maker in makers().items():
        for difference in maker(Bridge(confluent)).differences:
            assert difference in told, f"{name}: docs/parity.md does not speak of {difference!r}"
