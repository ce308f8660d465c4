"""``python -m bench [name ...]``: every light bench, or those named. ``rival``, ``cold_log``, ``transforms`` and others
take arguments of their own or their time and run only when named: ``python -m bench rival --rest URL --pid PID``.
"""

from __future__ import annotations

import importlib
import sys

LIGHT = ("converters", "chain", "source", "sink", "start", "avro", "protobuf", "json_schema")
ON_REQUEST = ("jdbc_sink", "cold_log", "cold_start", "rival", "transforms")


def main(arguments: list[str]) -> None:
    if arguments and arguments[0] in ON_REQUEST:
        name, *own = arguments
        sys.argv = [f"python -m bench {name}", *own]
        importlib.import_module(f"bench.{name}").main()
        return
    if unknown := [name for name in arguments if name not in LIGHT]:
        raise SystemExit(f"No bench {unknown[0]}: choose of {', '.join(LIGHT)}, or one of {', '.join(ON_REQUEST)}")
    sys.argv = sys.argv[:1]
    for name in arguments or LIGHT:
        print(f"-- {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
