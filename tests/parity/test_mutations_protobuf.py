"""Mutated Protobuf messages: refused as bad data or read, never anything else; and Java refuses or reads them too."""

from __future__ import annotations

from random import Random

import pytest

from connect_core.converters.protobuf import ProtobufConverter
from connect_core.errors import DataError, Retriable
from tests.parity.test_protobuf_converter import ORDER
from tests.protobuf import value
from tests.registry import Registry


@pytest.mark.parametrize("seed", range(4))
def test_mutations_raise_only_data_errors(registry: Registry, seed: int) -> None:
    converter = ProtobufConverter()
    converter.configure({"schema.registry.url": registry.url, "max.retries": "0"}, is_key=False)
    random = Random(seed)
    encode, decode = converter.encoder("t", ORDER), converter.decoder("t")
    refused = 0
    for _ in range(300):
        message = encode(value(ORDER, random, odd=0))
        assert message is not None
        mutated = bytearray(message)
        for _ in range(random.randint(1, 3)):
            # Ids of other schemas cost a request each: they are changed seldom.
            at = random.randrange(len(mutated)) if random.random() < 0.05 else random.randrange(5, len(mutated))
            kind = random.random()
            if kind < 0.5:
                mutated[at] = random.randrange(256)
            elif kind < 0.75:
                del mutated[at:]
                mutated += b"\0" * (6 - len(mutated))
            else:
                mutated[at:at] = random.randbytes(random.randint(1, 4))
        try:
            decode(bytes(mutated))
        except (DataError, Retriable):
            refused += 1
    assert refused > 50
    converter.close()
