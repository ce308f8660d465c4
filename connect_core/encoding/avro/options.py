"""How Connect's and Avro's schemas are mapped (spec kafka-connect.md 5.6), by the defaults of the original."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AvroOptions:
    """The data options of AvroConverter."""

    enhanced: bool = False
    scrub_names: bool = False
    meta_data: bool = True
    optional_map_keys: bool = False
    flatten_singletons: bool = True
    generalized_sums: bool = False
    ignore_defaults: bool = False
    discard_docs: bool = False


DEFAULTS = AvroOptions()
