"""``schema.registry.ssl.*`` as an ``ssl.SSLContext``: PEM as it is, PKCS12 through ``cryptography``, JKS refused.

JKS files hold keys in a format only the JVM reads: the error names the command that converts them.
"""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

from connect_core.config import Password
from connect_core.converters.schema_registry.config import RegistryTlsConfig
from connect_core.errors import ConfigError

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_KEYS = "schema.registry.ssl."


def context(config: RegistryTlsConfig) -> ssl.SSLContext:
    """The TLS settings of a connection; ConfigError names the key that is wrong."""
    trusted = _trusted(config)
    try:
        made = ssl.create_default_context(cadata=trusted)  # None: those of the system
    except ssl.SSLError as error:
        raise ConfigError(f"{_KEYS}truststore.* holds no certificates to trust: {error.reason}") from error
    if not config.schema_registry_ssl_endpoint_identification_algorithm:
        made.check_hostname = False
    _limit_versions(made, config.schema_registry_ssl_enabled_protocols)
    if config.schema_registry_ssl_cipher_suites:
        try:
            made.set_ciphers(":".join(config.schema_registry_ssl_cipher_suites))
        except ssl.SSLError as error:
            suites = ",".join(config.schema_registry_ssl_cipher_suites)
            raise ConfigError.invalid(f"{_KEYS}cipher.suites", suites, "name suites as OpenSSL does") from error
    _identify(made, config)
    return made


def _limit_versions(made: ssl.SSLContext, names: list[str]) -> None:
    unknown = [name for name in names if name not in _VERSIONS]
    if unknown:
        raise ConfigError.invalid(f"{_KEYS}enabled.protocols", ",".join(names), f"use some of {', '.join(_VERSIONS)}")
    if names:
        versions = sorted(_VERSIONS[name] for name in names)
        made.minimum_version, made.maximum_version = versions[0], versions[-1]


def _trusted(config: RegistryTlsConfig) -> str | None:
    """Certificates of the trust store as PEM; they replace those of the system, as in Java."""
    if config.schema_registry_ssl_truststore_certificates is not None:
        return config.schema_registry_ssl_truststore_certificates.value
    location = config.schema_registry_ssl_truststore_location
    return _store(config, "truststore", location)[1] if location else None


def _identify(made: ssl.SSLContext, config: RegistryTlsConfig) -> None:
    key, chain = config.schema_registry_ssl_keystore_key, config.schema_registry_ssl_keystore_certificate_chain
    password = _text(config.schema_registry_ssl_key_password) or _text(config.schema_registry_ssl_keystore_password)
    if key and chain:
        pem = f"{key.value}\n{chain.value}\n"
    elif config.schema_registry_ssl_keystore_location:
        private, certificates = _store(config, "keystore", config.schema_registry_ssl_keystore_location)
        pem = f"{private}\n{certificates}\n"
    else:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # ssl reads files only
        file.write(pem)
        file.flush()
        try:
            made.load_cert_chain(file.name, password=password or "")
        except ssl.SSLError as error:
            raise ConfigError(f"The key store of {_KEYS}keystore.* holds no usable certificate and key") from error


def _text(password: Password | None) -> str | None:
    return password.value if password is not None else None


def _store(config: RegistryTlsConfig, kind: str, location: str) -> tuple[str, str]:
    """(private keys, certificates) of a store, as PEM."""
    path = Path(location)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError.invalid(f"{_KEYS}{kind}.location", location, f"cannot be read: {error.strerror}") from error
    if b"-----BEGIN" in data:
        text = data.decode()
        return text, text
    if data[:4] == b"\xfe\xed\xfe\xed":
        raise ConfigError.invalid(
            f"{_KEYS}{kind}.location",
            location,
            f"JKS can only be read by a JVM: keytool -importkeystore -srckeystore {path.name} "
            f"-destkeystore {path.stem}.p12 -deststoretype PKCS12",
        )
    return _pkcs12(data, _text(getattr(config, f"schema_registry_ssl_{kind}_password")), kind, location)


def _pkcs12(data: bytes, password: str | None, kind: str, location: str) -> tuple[str, str]:
    try:
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
    except ImportError as error:
        raise ConfigError.invalid(
            f"{_KEYS}{kind}.location", location, "PKCS12 needs the package cryptography; PEM does not"
        ) from error
    try:
        store = pkcs12.load_pkcs12(data, password.encode() if password else None)
    except ValueError as error:
        raise ConfigError.invalid(
            f"{_KEYS}{kind}.location", location, f"is no PKCS12 store, or {_KEYS}{kind}.password is wrong"
        ) from error
    own = [store.cert] if store.cert else []
    certificates = "".join(
        entry.certificate.public_bytes(Encoding.PEM).decode() for entry in (*own, *store.additional_certs)
    )
    if store.key is None:
        return "", certificates
    key = store.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key, certificates
