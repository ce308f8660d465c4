"""Standalone's offset file against the JVM's own serialization."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from connect_core.storage import file_store

OFFSETS: dict[bytes, bytes | None] = {
    b'["local-file-source",{"filename":"/tmp/x"}]': b'{"position":42}',
    b'["c",{"t":"a"}]': None,
    b"": b"\x00\xff",
    **{b"key-%d" % n: b"value-%d" % n for n in range(40)},
}


def test_the_jvm_reads_ours(jvm: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "offsets"
    path.write_bytes(file_store.dump(OFFSETS))
    stream = jvm.JClass("java.io.ObjectInputStream")(jvm.JClass("java.io.FileInputStream")(str(path)))
    found = stream.readObject()
    stream.close()
    assert str(found.getClass().getName()) == "java.util.HashMap"
    read = {
        bytes(entry.getKey()): None if entry.getValue() is None else bytes(entry.getValue())
        for entry in found.entrySet()
    }
    assert read == OFFSETS


def test_we_read_the_jvms(jvm: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "offsets"
    table = jvm.JClass("java.util.HashMap")()
    array = jvm.JArray(jvm.JByte)
    for key, value in OFFSETS.items():
        table.put(array(key), None if value is None else array(value))
    stream = jvm.JClass("java.io.ObjectOutputStream")(jvm.JClass("java.io.FileOutputStream")(str(path)))
    stream.writeObject(table)
    stream.close()
    data = path.read_bytes()
    assert file_store.load(data) == OFFSETS
    assert len(file_store.dump(OFFSETS)) == len(data)
