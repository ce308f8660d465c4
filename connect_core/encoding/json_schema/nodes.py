"""A JSON Schema as the kinds of constraint it is made of, whatever draft it was written in.

``loader`` makes them of drafts 4, 6 and 7, ``modern`` of 2019-09 and 2020-12, ``reader`` makes Connect schemas of them.
The kinds and what they keep are those that decide about the Connect schema and, in ``compatibility``, whether data of
one schema fits another; whether a message keeps to its schema is left to validation.
"""

from __future__ import annotations

from typing import Any, ClassVar

from connect_core.errors import DataError

NONE: Any = type("None_", (), {"__repr__": lambda _: "NONE"})()
"""Not given, where null would be a value."""


class IllegalSchema(DataError):
    """The text is no JSON Schema, or says what Connect cannot express."""

    java_class = "java.lang.IllegalArgumentException"


class BadCast(DataError):
    """A member of Connect's own has a value of another type than Connect writes."""

    java_class = "java.lang.ClassCastException"


class NullPointer(DataError):
    """A null where the original does not expect one."""

    java_class = "java.lang.NullPointerException"


class Node:
    """Common to all kinds; ``unprocessed`` holds the members no keyword consumed, ``limits`` keywords that narrow."""

    __slots__ = ("default", "description", "limits", "title", "unprocessed")

    java_class: ClassVar[str] = ""

    def __init__(self) -> None:
        self.title: str | None = None
        self.description: str | None = None
        self.default: Any = NONE
        self.unprocessed: dict[str, Any] = {}
        self.limits: dict[str, Any] = {}


class BooleanNode(Node):
    """type: boolean"""

    __slots__ = ()


class NullNode(Node):
    """type: null"""

    __slots__ = ()
    java_class = "org.everit.json.schema.NullSchema"


class EmptyNode(Node):
    """Nothing is constrained."""

    __slots__ = ()


class NumberNode(Node):
    """type: number or integer, or a limit of numbers."""

    __slots__ = ("integer",)

    def __init__(self, *, integer: bool = False) -> None:
        super().__init__()
        self.integer = integer


class StringNode(Node):
    """type: string, or a limit of strings."""

    __slots__ = ()


class ConstNode(Node):
    """const"""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class EnumNode(Node):
    """enum"""

    __slots__ = ("values",)

    def __init__(self, values: list[Any]) -> None:
        super().__init__()
        self.values = values


class CombinedNode(Node):
    """allOf, anyOf, oneOf; ``generated`` if the text does not say so itself."""

    __slots__ = ("criterion", "generated", "parts")

    def __init__(self, criterion: str, parts: list[Node], *, generated: bool = False) -> None:
        super().__init__()
        self.criterion, self.parts, self.generated = criterion, parts, generated


class ArrayNode(Node):
    """type: array, or a constraint of arrays; ``items`` is the schema of all of them, ``first`` those of the first."""

    __slots__ = ("additional", "first", "items", "permits_additional", "unevaluated")

    def __init__(self, items: Node | None = None) -> None:
        super().__init__()
        self.items = items
        self.first: list[Node] = []
        self.permits_additional = True
        self.additional: Node | None = None
        self.unevaluated: Node | None = None


class ObjectNode(Node):
    """type: object, or a constraint of objects."""

    __slots__ = ("additional", "patterns", "permits_additional", "properties", "required", "unevaluated")

    def __init__(self) -> None:
        super().__init__()
        self.properties: dict[str, Node] = {}
        self.patterns: dict[str, Node] = {}
        self.required: list[str] = []
        self.permits_additional = True
        self.additional: Node | None = None
        self.unevaluated: Node | None = None


class Knot:
    """The target of all references to one place; set when it has been loaded, which may be after a reference."""

    __slots__ = ("target",)

    def __init__(self) -> None:
        self.target: Node | None = None


class ReferenceNode(Node):
    """$ref"""

    __slots__ = ("knot",)

    def __init__(self, knot: Knot) -> None:
        super().__init__()
        self.knot = knot

    @property
    def target(self) -> Node:
        """What is referred to."""
        assert self.knot.target is not None
        return self.knot.target


class OtherNode(Node):
    """A constraint Connect has no type for; ``kind`` is its Java class."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


def java_class_of_node(node: Node) -> str:
    """The Java class messages name."""
    return node.kind if isinstance(node, OtherNode) else node.java_class
