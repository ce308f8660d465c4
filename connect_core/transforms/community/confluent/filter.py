"""Filter: records are kept or dropped by a JSON path over key or value.

Built from https://docs.confluent.io/kafka-connectors/transforms/1.6/filter-confluent.html. A path with a filter
(``$[?(...)]``) matches where it finds anything, a plain one (``$.a.b``) where there is something. What a plain path
misses, or finds null, is ``missing.or.null.behavior``; a null key or value counts so, too.
"""

from __future__ import annotations

from typing import Any, ClassVar

from connect_core.api import Record, Transform
from connect_core.config import HIGH, MEDIUM, Config, key, one_of
from connect_core.data import Schema
from connect_core.errors import DataError
from connect_core.transforms.community.confluent import VERSION
from connect_core.transforms.community.confluent.fields import document, json_path, read_path
from connect_core.transforms.community.jsonpath import PathMissingError


class FilterConfig(Config):
    """Keys of Filter."""

    filter_condition: str = key(
        "JSON path that tells which records match, in the notation of https://github.com/json-path/JsonPath.",
        importance=HIGH,
        checks=[json_path],
    )
    filter_type: str = key(
        "What becomes of records that match: include keeps them and drops all others, exclude drops them.",
        importance=HIGH,
        checks=[one_of("include", "exclude")],
    )
    missing_or_null_behavior: str = key(
        "What becomes of records without the fields of the condition: fail refuses them, include keeps and exclude "
        "drops them.",
        default="fail",
        importance=MEDIUM,
        checks=[one_of("fail", "include", "exclude")],
    )


class Filter(Transform[FilterConfig]):
    """Keep or drop by a condition; ``$Key`` and ``$Value`` say on what."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Compile the path."""
        self._path = read_path("filter.condition", self.config.filter_condition)
        self._keeps_match = self.config.filter_type == "include"
        self._missing = self.config.missing_or_null_behavior

    def keeps(self, schema: Schema | None, value: Any) -> bool:
        """Does a record with this data stay?"""
        try:
            if value is None:
                raise PathMissingError("the data is null")
            found = self._path(document(schema, value, "filtering records"))
        except PathMissingError as error:
            if self._missing == "fail":
                raise DataError(
                    f"Condition {self.config.filter_condition} cannot be asked: {error}; set missing.or.null.behavior "
                    "to include or exclude such records"
                ) from None
            return self._missing == "include"
        matches = found is not None and (found != [] or self._path.definite)
        return matches is self._keeps_match


class FilterKey(Filter):
    """Filter$Key."""

    def apply[R: Record](self, record: R) -> R | None:
        """The record, or None."""
        return record if self.keeps(record.key_schema, record.key) else None


class FilterValue(Filter):
    """Filter$Value."""

    def apply[R: Record](self, record: R) -> R | None:
        """The record, or None."""
        return record if self.keeps(record.value_schema, record.value) else None
