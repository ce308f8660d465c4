"""TLS towards a registry: PEM and PKCS12 stores against a real TLS server, and what wrong stores say."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connect_core.converters.schema_registry import RegistryConfig, SchemaRegistry
from connect_core.converters.schema_registry.errors import Unreachable
from connect_core.errors import ConfigError
from tests.registry import Registry

PASSWORD = "changeit"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that signs itself, as PEM and PKCS12."""
    place = tmp_path_factory.mktemp("tls")
    openssl(
        place, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "30",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
    )  # fmt: skip
    openssl(
        place, "pkcs12", "-export", "-in", "cert.pem", "-inkey", "key.pem", "-out", "store.p12", "-passout",
        f"pass:{PASSWORD}",
    )  # fmt: skip
    (place / "store.pem").write_text((place / "key.pem").read_text() + (place / "cert.pem").read_text())
    (place / "store.jks").write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2")
    return place


def openssl(place: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=place, check=True, capture_output=True)


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
        ({"truststore_location": "store.jks"}, "keytool -importkeystore"),
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
