"""The settings that shape Protobuf data (spec kafka-connect.md 5.7), and the names both directions agree on."""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "io.confluent.connect.protobuf"
TAG = f"{NAMESPACE}.Tag"
TYPE = f"{NAMESPACE}.Type"
ENUM = f"{NAMESPACE}.Enum"
UNION = f"{NAMESPACE}.Union"
UNION_PREFIX = f"{UNION}."
WRAPPER = f"{NAMESPACE}.Wrapper"
"""Parameter of a oneof's member that was a wrapper message."""
GENERAL_ENUM = "org.apache.kafka.connect.data.Enum"
GENERAL_UNION = "org.apache.kafka.connect.data.Union"
PRECISION = "connect.decimal.precision"
CONNECT_TYPE = "connect.type"

DECIMAL_TYPE = "confluent.type.Decimal"
DATE_TYPE = "google.type.Date"
TIME_TYPE = "google.type.TimeOfDay"
TIMESTAMP_TYPE = "google.protobuf.Timestamp"
LOCATIONS = {
    DECIMAL_TYPE: "confluent/type/decimal.proto",
    DATE_TYPE: "google/type/date.proto",
    TIME_TYPE: "google/type/timeofday.proto",
    TIMESTAMP_TYPE: "google/protobuf/timestamp.proto",
}
WRAPPERS = "google/protobuf/wrappers.proto"
WRAPPED = {
    "google.protobuf.DoubleValue": "double",
    "google.protobuf.FloatValue": "float",
    "google.protobuf.Int64Value": "int64",
    "google.protobuf.UInt64Value": "uint64",
    "google.protobuf.Int32Value": "int32",
    "google.protobuf.UInt32Value": "uint32",
    "google.protobuf.BoolValue": "bool",
    "google.protobuf.StringValue": "string",
    "google.protobuf.BytesValue": "bytes",
}
"""Wrapper messages in the order of their file, and the type of their one field."""
LOCATIONS |= dict.fromkeys(WRAPPED, WRAPPERS)


@dataclass(frozen=True, slots=True)
class ProtobufOptions:
    """ProtobufDataConfig of 8.5; the defaults are the original's."""

    generalized_sum_type_support: bool = False
    ignore_default_for_nullables: bool = False
    enhanced_schema_support: bool = False
    scrub_invalid_names: bool = False
    int_for_enums: bool = False
    optional_for_nullables: bool = False
    optional_for_proto2: bool = True
    wrapper_for_nullables: bool = False
    wrapper_for_raw_primitives: bool = True
    generate_struct_for_nulls: bool = False
    generate_index_for_unions: bool = True
    flatten_unions: bool = False

    @property
    def enum_parameter(self) -> str:
        """The parameter that names an enum, and the prefix of those that number its symbols."""
        return GENERAL_ENUM if self.generalized_sum_type_support else ENUM
