"""Class names that ``format.class``, ``partitioner.class`` and their like may hold, before anything is imported.

The original's names of every store's package, or the simple name. Names of the original that have no counterpart
yet get their own message; the tables of what exists stand in ``formats`` and ``partitioners``.
"""

from __future__ import annotations

from typing import Any

from connect_core.errors import ConfigError

FORMATS = ("JsonFormat", "ByteArrayFormat")
LATER_FORMATS = ("AvroFormat", "ParquetFormat")
PARTITIONERS = ("DefaultPartitioner",)
LATER_PARTITIONERS = ("FieldPartitioner", "TimeBasedPartitioner", "HourlyPartitioner", "DailyPartitioner")


def simple_name(class_name: str) -> str:
    """``JsonFormat`` of ``io.confluent.connect.s3.format.json.JsonFormat``."""
    return class_name.rpartition(".")[2]


def _known(name: str, value: Any, *, there: tuple[str, ...], later: tuple[str, ...]) -> None:
    if value is None:
        return
    simple = simple_name(str(value))
    if simple in there:
        return
    if simple in later:
        raise ConfigError.invalid(name, value, f"{simple} comes in a later version, use {' or '.join(there)}")
    raise ConfigError.invalid(name, value, f"Class {value} could not be found, use {' or '.join(there)}.")


def known_format(name: str, value: Any) -> None:
    """A format that exists."""
    _known(name, value, there=FORMATS, later=LATER_FORMATS)


def known_partitioner(name: str, value: Any) -> None:
    """A partitioner that exists."""
    _known(name, value, there=PARTITIONERS, later=LATER_PARTITIONERS)
