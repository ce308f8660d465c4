"""TLS towards a registry: PEM and PKCS12 stores against a real TLS server, and what wrong stores say."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from connect_core.converters.schema_registry import RegistryConfig, SchemaRegistry
from connect_core.converters.schema_registry.errors import Unreachable
from connect_core.errors import ConfigError
from tests.registry import Registry

PASSWORD = "changeit"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that signs itself, as PEM and PKCS12."""
    place = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    own = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(own), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = certificate.public_bytes(Encoding.PEM)
    (place / "key.pem").write_bytes(plain)
    (place / "cert.pem").write_bytes(public)
    (place / "store.pem").write_bytes(plain + public)
    locked = BestAvailableEncryption(PASSWORD.encode())
    (place / "store.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"own", key, certificate, None, locked))
    (place / "store.jks").write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2")
    return place


@pytest.fixture
def secure(stores: Path) -> Iterator[Registry]:
    """A registry that wants a certificate of its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(stores / "cert.pem", stores / "key.pem")
    context.load_verify_locations(stores / "cert.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with Registry(tls=context) as registry:
        yield registry


def register(registry: Registry, **keys: str) -> int | None:
    config = {f"schema.registry.ssl.{name.replace('_', '.')}": value for name, value in keys.items()}
    config |= {"schema.registry.url": registry.url, "converter.type": "value", "max.retries": "0"}
    client = SchemaRegistry(RegistryConfig.parse(config), "AVRO")
    try:
        return client.register("s", '"int"').id
    finally:
        client.close()


def test_pem_files(secure: Registry, stores: Path) -> None:
    store = str(stores / "store.pem")
    keys = {"truststore_type": "PEM", "keystore_type": "PEM"}
    assert register(secure, **keys, truststore_location=str(stores / "cert.pem"), keystore_location=store) == 1


def test_pem_texts(secure: Registry, stores: Path) -> None:
    key, certificate = ((stores / name).read_text() for name in ("key.pem", "cert.pem"))
    keys = {"keystore_key": key, "keystore_certificate_chain": certificate, "truststore_certificates": certificate}
    assert register(secure, **keys) == 1


def test_pkcs12(secure: Registry, stores: Path) -> None:
    store = str(stores / "store.p12")
    keys = {"truststore_location": store, "keystore_location": store}
    assert register(secure, **keys, truststore_password=PASSWORD, keystore_password=PASSWORD) == 1


def test_only_the_store_is_trusted(secure: Registry, stores: Path) -> None:
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        register(secure, keystore_location=str(stores / "store.pem"))
    with pytest.raises(Unreachable):  # no certificate of its own
        register(secure, truststore_location=str(stores / "cert.pem"))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"truststore_location": "store.jks"}, "ends too early"),
        ({"truststore_location": "store.p12", "truststore_password": "wrong"}, "truststore.password is wrong"),
        ({"keystore_location": "cert.pem"}, "no usable certificate and key"),
        ({"cipher_suites": "NO-SUCH"}, "name suites as OpenSSL does"),
    ],
)
def test_wrong_stores_are_named(secure: Registry, stores: Path, keys: dict[str, str], message: str) -> None:
    found = {name: str(stores / value) if name.endswith("location") else value for name, value in keys.items()}
    with pytest.raises(ConfigError, match=message) as caught:
        register(secure, **found)
    assert PASSWORD not in str(caught.value)
