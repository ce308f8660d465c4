"""The chain of transforms on its own, beside the same functions called in a row: ``python -m bench chain``.

Then a chain of five built-in transforms beside Java's own (``bench.transforms``, which has more of them).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bench.figures import best, rate
from bench.transforms import Java, chain_of_five
from connect_core.api import Predicate, Record, SinkRecord, Transform
from connect_core.config import Config
from connect_core.runtime.chain import Chain, ChainStage

RECORDS = 100_000


class Rename(Transform[Config]):
    """Sends a record elsewhere: about the least that a transform can do."""

    def apply[R: Record](self, record: R) -> R | None:
        record.topic = "renamed"
        return record


class Always(Predicate[Config]):
    def test(self, record: Record) -> bool:
        return record.partition == 0


def main() -> None:
    records = [SinkRecord("t", 0, offset, value={"id": offset}) for offset in range(RECORDS)]

    def through(chain: Chain) -> None:
        apply = chain.apply
        for record in records:
            apply(record)

    for count in (1, 3, 10):
        transforms = [Rename() for _ in range(count)]
        chain = Chain([ChainStage(each) for each in transforms])
        guarded = Chain([ChainStage(each, Always()) for each in transforms])

        def by_hand(transforms: list[Rename] = transforms) -> None:
            for record in records:
                current: Any = record
                for each in transforms:
                    current = each.apply(current)

        found = best(
            {
                "by hand": by_hand,
                "chain": partial(through, chain),
                "guarded": partial(through, guarded),
            }
        )
        raw = RECORDS / found["by hand"]
        rate(f"chain of {count}", RECORDS / found["chain"], raw, against="plain calls")
        rate(f"chain of {count}, each with a predicate", RECORDS / found["guarded"], raw, against="plain calls")
    chain_of_five(Java())


if __name__ == "__main__":
    main()
