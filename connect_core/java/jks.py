"""Java's own key stores (JKS, and what JCEKS shares with it): certificates and private keys, without a JVM.

The format is a few tags and lengths; the checksum and the protection of keys are SHA-1 with the password, so the
standard library suffices. Libraries for it bring ciphers and parsers of their own that nothing else here needs.
"""

from __future__ import annotations

import hmac
from hashlib import sha1
from typing import NamedTuple

_MAGIC, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_SALT = _CHECK = 20
_SUN_PROTECTOR = bytes.fromhex("060a2b060104012a02110101")
"""The object identifier of what protects keys in JKS, as DER."""
_WHITENER = b"Mighty Aphrodite"


class BadStore(ValueError):
    """The bytes are no such store, or the password is wrong: what is the matter, without any secret."""


class KeyEntry(NamedTuple):
    """A private key, still protected, and its certificates, its own first (DER)."""

    alias: str
    protected: bytes
    chain: list[bytes]


class JavaKeyStore(NamedTuple):
    """What a store holds, in the order of the file."""

    keys: list[KeyEntry]
    trusted: list[bytes]
    """Certificates that stand for themselves (DER)."""


def is_jks(data: bytes) -> bool:
    """Do the bytes begin as a store of one of these formats?"""
    return data[:4] in (_MAGIC, _JCEKS)


def read_store(data: bytes, password: str | None) -> JavaKeyStore:
    """The entries; BadStore if the checksum does not fit. Without a password nothing is checked, as in Java."""
    if not is_jks(data):
        raise BadStore("is no JKS store")
    if password is not None:
        digest = sha1(_utf16(password) + _WHITENER + data[:-20]).digest()  # noqa: S324 - the format's, not our choice
        if not hmac.compare_digest(digest, data[-20:]):
            raise BadStore("was tampered with, or its password is wrong")
    reader = _Reader(data)
    try:
        return reader.store()
    except (IndexError, UnicodeDecodeError) as error:
        raise BadStore("ends too early or is broken") from error


def private_key(entry: KeyEntry, password: str) -> bytes:
    """The key as PKCS#8 (DER); BadStore if the password is wrong."""
    at = entry.protected.find(_SUN_PROTECTOR)
    if not 0 <= at < 20:
        raise BadStore(f"protects the key {entry.alias} in a way that only a JVM can undo")
    sealed = _octets(entry.protected, at + len(_SUN_PROTECTOR))
    salt, body, check = sealed[:_SALT], sealed[_SALT:-_CHECK], sealed[-_CHECK:]
    secret = _utf16(password)
    stream, block = b"", salt
    while len(stream) < len(body):
        block = sha1(secret + block).digest()  # noqa: S324 - the format's
        stream += block
    plain = bytes(one ^ other for one, other in zip(body, stream, strict=False))
    if not hmac.compare_digest(sha1(secret + plain).digest(), check):  # noqa: S324 - the format's
        raise BadStore(f"does not give out the key {entry.alias}: its password is wrong")
    return plain


def _utf16(password: str) -> bytes:
    return password.encode("utf-16-be", "surrogatepass")


def _octets(data: bytes, at: int) -> bytes:
    """The octet string behind an algorithm's parameters, if there are any (NULL)."""
    if data[at : at + 2] == b"\x05\x00":
        at += 2
    if data[at : at + 1] != b"\x04":
        raise BadStore("holds a key that is none")
    size, at = data[at + 1], at + 2
    if size > 0x7F:
        width = size & 0x7F
        size, at = int.from_bytes(data[at : at + width]), at + width
    if len(data) < at + size or size < _SALT + _CHECK:
        raise BadStore("holds a key that is cut off")
    return data[at : at + size]


class _Reader:
    """Reads the entries one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data[:-20], 0

    def _take(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        if len(found) < size:
            raise IndexError
        self._at += size
        return found

    def _int(self, size: int = 4) -> int:
        return int.from_bytes(self._take(size))

    def _text(self) -> str:
        return self._take(self._int(2)).decode("utf-8", "surrogatepass")

    def _certificate(self, version: int) -> bytes:
        kind = self._text() if version > 1 else "X.509"
        found = self._take(self._int())
        if kind not in ("X.509", "X509"):
            raise BadStore(f"holds a certificate of type {kind}: only X.509 can be read")
        return found

    def store(self) -> JavaKeyStore:
        self._take(4)
        version = self._int()
        if version not in (1, 2):
            raise BadStore(f"is of version {version}: 1 and 2 can be read")
        made = JavaKeyStore([], [])
        for _ in range(self._int()):
            tag, alias = self._int(), self._text()
            self._take(8)  # when it was made
            if tag == 1:
                protected = self._take(self._int())
                chain = [self._certificate(version) for _ in range(self._int())]
                made.keys.append(KeyEntry(alias, protected, chain))
            elif tag == 2:
                made.trusted.append(self._certificate(version))
            else:
                raise BadStore(f"holds {alias}, neither a private key nor a certificate")
        return made
