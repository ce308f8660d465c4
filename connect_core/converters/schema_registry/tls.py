"""``schema.registry.ssl.*`` as an ``ssl.SSLContext``; stores of all formats by ``config.key_stores``."""

from __future__ import annotations

import ssl
import tempfile

from connect_core.config import Password
from connect_core.config.key_stores import Store
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
    # Java takes certificates of private authorities without key identifiers.
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
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
    if location is None:
        return None
    return Store(f"{_KEYS}truststore", location, _text(config.schema_registry_ssl_truststore_password)).trusted()


def _identify(made: ssl.SSLContext, config: RegistryTlsConfig) -> None:
    key, chain = config.schema_registry_ssl_keystore_key, config.schema_registry_ssl_keystore_certificate_chain
    own, store = config.schema_registry_ssl_key_password, _text(config.schema_registry_ssl_keystore_password)
    password = _text(own) or store
    if key and chain:
        pem = f"{key.value}\n{chain.value}\n"
    elif config.schema_registry_ssl_keystore_location:
        location = config.schema_registry_ssl_keystore_location
        found = Store(f"{_KEYS}keystore", location, store).identity(_text(own))
        pem = f"{found.key}\n{found.chain}\n"
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
