"""What Protobuf data is refused with: DataError for the runner, the original's exception for people and tools."""

from __future__ import annotations

from connect_core.errors import DataError

ARITHMETIC = "java.lang.ArithmeticException"
ARGUMENT = "java.lang.IllegalArgumentException"
POINTER = "java.lang.NullPointerException"
NUMBER = "java.lang.NumberFormatException"
TIME = "java.time.DateTimeException"


class Refused(DataError):
    """A DataError that the original throws as another class, an unchecked one."""

    def __init__(self, message: str, java_class: str = ARGUMENT) -> None:
        super().__init__(message)
        self.java_class = java_class


class InvalidSchema(Refused):
    """A schema that has no valid Protobuf definition: ``full_name`` says where, ``problem`` what."""

    def __init__(self, full_name: str, problem: str) -> None:
        super().__init__(f"Invalid protobuf schema definition: {full_name}: {problem}")


class Malformed(DataError):
    """Bytes that are no message of their schema; the converter wraps it as the original does."""

    java_class = "com.google.protobuf.InvalidProtocolBufferException"
