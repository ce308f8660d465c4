"""``python -m tests.fuzz --total 100000 --seed 7 [--family NAME]``: exit code 1 if anything differs."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from tests.fuzz.run import makers, run
from tests.parity.bridge import Bridge
from tests.parity.confluent import start_confluent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--total", type=int, default=100_000, help="cases in all, shared evenly by the families")
    parser.add_argument("--cases", type=int, help="cases of each family, instead of --total")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", action="append", help="only this family; may be repeated")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what odd configs and events make transforms log, errors too, is not asked here
    known = makers()
    names = arguments.family or list(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no family {', '.join(unknown)}; there are: {', '.join(known)}")
    share, rest = divmod(arguments.total, len(names))
    bridge = Bridge(start_confluent())
    _hush()
    cases = mismatches = 0
    for index, name in enumerate(names):
        count = arguments.cases or share + (index < rest)
        if not count:
            continue
        outcome = run(known[name](bridge), cases=count, start=arguments.seed)
        print(outcome.line(), flush=True)
        if outcome.mismatches:
            print(outcome.shown(), flush=True)
        cases += outcome.cases
        mismatches += len(outcome.mismatches)
    print(f"{cases} cases, {mismatches} mismatches, seed {arguments.seed}")
    return 1 if mismatches else 0


def _hush() -> None:
    """From here on only Python writes to standard error: Java warns of zones, JPype of messages that are no UTF-8."""
    sys.stderr = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


if __name__ == "__main__":
    sys.exit(main())
