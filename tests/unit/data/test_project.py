"""Projection: what the fuzz family does not show."""

from __future__ import annotations

import pytest

from connect_core.data import struct
from connect_core.data.project import ProjectionError, project, projection
from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import FLOAT32, INT32, INT64, OPTIONAL_INT32, STRING, Schema, Type
from connect_core.errors import DataError, java_class


def test_fields_come_and_go() -> None:
    old = struct([("id", INT32), ("gone", STRING)])
    new = struct([("id", INT64), ("more", INT32.replace(default=7)), ("maybe", OPTIONAL_INT32)])
    assert project(old, {"id": 1, "gone": "x"}, new) == {"id": 1, "more": 7}


def test_longs_become_the_nearest_floats() -> None:
    found = project(INT64, 2**60 + 2**36 + 1, FLOAT32)
    assert (type(found), found) == (float, 2.0**60 + 2.0**37)


def test_the_cause_of_a_nested_refusal_is_kept() -> None:
    with pytest.raises(ProjectionError, match="Error projecting a") as caught:
        project(struct([("a", STRING)]), {"a": "x"}, struct([("a", INT32)]))
    assert str(caught.value.__cause__) == "Schema type mismatch. source type: STRING and target type: INT32"
    assert java_class(caught.value) == "org.apache.kafka.connect.errors.SchemaProjectorException"


def test_a_null_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(DataError, match="null used for required field"):
        project(struct([("a", INT32)]), {}, struct([("a", INT64)]))


def test_a_schema_that_holds_itself() -> None:
    inner = stand_in()
    node = struct([("n", INT32), ("next", inner)], name="Node")
    complete(inner, node, optional=True)
    value = {"n": 1, "next": {"n": 2, "next": None}}
    assert projection(node, node)(value) == value


def test_a_struct_without_fields_in_common() -> None:
    assert project(struct([("a", STRING)]), {"a": "x"}, Schema(Type.STRUCT)) == {}
