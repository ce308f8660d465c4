"""JSON paths as Jayway's JsonPath 2.9 reads them, as the JVM's transforms do: ``compile_path(text).read(value)``.

No library for Python does: those follow RFC 9535, where a filter picks an object's *members*; Jayway's tests the object
itself (``$.key[?(@.nestedKey == 'x')]``), compares '1' with 1 as numbers, and tells definite paths from others.
Functions (``.length()``) and a few rare operators are refused when the path is compiled. One deliberate rule,
Confluent's: a null member counts as missing. Held against Jayway itself by tests/fuzz/jsonpath.py.
"""

from connect_core.transforms.community.jsonpath.paths import compile_path
from connect_core.transforms.community.jsonpath.tokens import (
    Path,
    PathMissingError,
    PathSyntaxError,
    PathUnfitError,
    UnreadableError,
)

__all__ = ["Path", "PathMissingError", "PathSyntaxError", "PathUnfitError", "UnreadableError", "compile_path"]
