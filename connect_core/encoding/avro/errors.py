"""Errors of Avro's Java library by their class names; all mean that this record's schema or data is bad."""

from __future__ import annotations

from connect_core.errors import DataError


class AvroError(DataError):
    """AvroRuntimeException."""

    java_class = "org.apache.avro.AvroRuntimeException"


class SchemaParseError(AvroError):
    """SchemaParseException: names, texts."""

    java_class = "org.apache.avro.SchemaParseException"


class NumberFormatError(DataError):
    """A number that Java cannot read."""

    java_class = "java.lang.NumberFormatException"


class WriteError(DataError):
    """A datum that Avro's writer refuses; a converter wraps it."""

    java_class = "org.apache.kafka.common.errors.SerializationException"


class ReadError(DataError):
    """Bytes that Avro's reader refuses; a converter wraps it."""

    java_class = "org.apache.kafka.common.errors.SerializationException"


class AvroTypeError(AvroError):
    """AvroTypeException: a default or value of another type."""

    java_class = "org.apache.avro.AvroTypeException"


class IllegalArgument(DataError):
    """A logical type on the wrong base, a precision too large."""

    java_class = "java.lang.IllegalArgumentException"


class OutOfBounds(DataError):
    """A name of dots alone."""

    java_class = "java.lang.ArrayIndexOutOfBoundsException"


class NoMember(DataError):
    """A default for a union of nothing."""

    java_class = "java.lang.IndexOutOfBoundsException"


class NullPointer(DataError):
    """A null where Java's classes take none."""

    java_class = "java.lang.NullPointerException"
