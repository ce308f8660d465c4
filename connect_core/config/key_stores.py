"""Key and trust stores of Java configs as PEM: JKS by ``java.jks``, PKCS12 by the package cryptography, PEM as it is.

What a store is its first bytes tell: Java reads either of JKS and PKCS12 under either name too. The registry's client
and Kafka's share this; keys stay in memory.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NamedTuple

from connect_core.errors import ConfigError
from connect_core.java.jks import BadStore, JavaKeyStore, is_jks, private_key, read_store


class Identity(NamedTuple):
    """A private key and its certificates, the key's own first (PEM)."""

    key: str
    chain: str


class Store:
    """One store; ``keys`` is where its keys begin: ``ssl.truststore``. ConfigErrors name the key that is wrong."""

    def __init__(self, keys: str, location: str, password: str | None) -> None:
        self._keys, self._location, self._password = keys, location, password
        try:
            self._data = Path(location).read_bytes()
        except OSError as error:
            raise self._invalid(f"cannot be read: {error.strerror}") from error

    @property
    def is_pem(self) -> bool:
        """Is it text already?"""
        return b"-----BEGIN" in self._data

    def trusted(self) -> str:
        """The certificates to trust: those that stand for themselves, and a key's own, as in Java."""
        if self.is_pem:
            return self._text()
        if is_jks(self._data):
            store = self._jks()
            return _pem(store.trusted + [entry.chain[0] for entry in store.keys if entry.chain])
        _, certificates = self._pkcs12()
        return certificates

    def identity(self, key_password: str | None) -> Identity:
        """The first private key; ``key_password`` if it is not the store's."""
        if self.is_pem:
            return Identity(self._text(), self._text())
        if not is_jks(self._data):
            return Identity(*self._pkcs12())
        for entry in self._jks().keys:
            try:
                key = private_key(entry, key_password if key_password is not None else self._password or "")
            except BadStore as error:
                raise self._invalid(str(error)) from error
            return Identity(_block("PRIVATE KEY", key), _pem(entry.chain))
        raise self._invalid("holds no private key")

    def _text(self) -> str:
        try:
            return self._data.decode()
        except UnicodeDecodeError as error:
            raise self._invalid("is no text, as PEM is") from error

    def _jks(self) -> JavaKeyStore:
        try:
            return read_store(self._data, self._password)
        except BadStore as error:
            raise self._invalid(f"{error} ({self._keys}.password)") from error

    def _pkcs12(self) -> tuple[str, str]:
        """(private key or nothing, certificates)."""
        try:
            from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
        except ImportError as error:
            raise self._invalid("PKCS12 needs the package cryptography; PEM and JKS do not") from error
        try:
            store = pkcs12.load_pkcs12(self._data, self._password.encode() if self._password else None)
        except ValueError as error:
            raise self._invalid(f"is no PKCS12 store, or {self._keys}.password is wrong") from error
        own = [store.cert] if store.cert else []
        certificates = [entry.certificate.public_bytes(Encoding.DER) for entry in (*own, *store.additional_certs)]
        if store.key is None:
            return "", _pem(certificates)
        key = store.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return _block("PRIVATE KEY", key), _pem(certificates)

    def _invalid(self, problem: str) -> ConfigError:
        return ConfigError.invalid(f"{self._keys}.location", self._location, problem)


def _pem(certificates: list[bytes]) -> str:
    return "".join(map(ssl.DER_cert_to_PEM_cert, certificates))


def _block(label: str, data: bytes) -> str:
    return ssl.DER_cert_to_PEM_cert(data).replace(" CERTIFICATE-", f" {label}-")
