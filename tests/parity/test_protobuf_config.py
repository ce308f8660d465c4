"""ProtobufConverter's keys against the ConfigDef behind Confluent's ProtobufData: those that 7.0.16 knows.

The sentences that describe them are our own: they are not compared."""

from __future__ import annotations

from types import ModuleType

from connect_core.config.render import key_infos
from connect_core.converters.protobuf import ProtobufConverterConfig

SINCE = {
    "generalized.sum.type.support", "ignore.default.for.nullables", "int.for.enums", "generate.struct.for.nulls",
    "generate.index.for.unions", "flatten.unions",
}  # fmt: skip
"""Keys of 8.5 that 7.0.16 does not have."""


def test_keys_equal_confluents(confluent: ModuleType) -> None:
    package = "io.confluent.connect.protobuf"
    definition = confluent.JClass(f"{package}.ProtobufDataConfig").baseConfigDef()
    ours = {info["name"]: info for info in key_infos(ProtobufConverterConfig)}
    theirs = {str(entry.getKey()): entry.getValue() for entry in definition.configKeys().entrySet()}
    assert "optional.for.nullables" in theirs
    for name, key in theirs.items():
        info = ours[name]
        default = str(key.defaultValue).lower()  # JPype shows a Boolean as Python's
        told = (str(key.type()), default, str(key.importance), str(key.width))
        assert (info["type"], info["default_value"], info["importance"], info["width"]) == told
        assert info["documentation"]
    assert set(ours) >= SINCE
    assert not SINCE & set(theirs)
