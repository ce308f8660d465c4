"""Key and trust stores written by Java itself: read as Java reads them, and good for TLS with librdkafka and httpx."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from random import Random
from socket import create_server
from threading import Thread
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from confluent_kafka.admin import AdminClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connect_core.config.key_stores import Store
from connect_core.converters.schema_registry import RegistryConfig, SchemaRegistry
from connect_core.errors import ConfigError
from connect_core.java.jks import BadStore, private_key, read_store
from connect_core.kafka import auth
from tests.parity.bridge import Bridge
from tests.registry import Registry

STORE, KEY = "störe", "kéy \U0001f511"
"""Passwords: of a store, of its key."""


class Signed(NamedTuple):
    """A private key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def key_der(self) -> bytes:
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def signed(name: str, by: Signed | None) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    own = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder(by.certificate.subject if by else subject, subject, key.public_key(), len(name) + 7)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(own), critical=False)
        .add_extension(x509.BasicConstraints(ca=not name.startswith("leaf"), path_length=None), critical=True)
    )
    return Signed(key, builder.sign(by.key if by else key, hashes.SHA256()))


@pytest.fixture(scope="module")
def chain() -> list[Signed]:
    """A leaf, who signed it, and who signed that."""
    root = signed("root", None)
    middle = signed("middle", root)
    return [signed("leaf", middle), middle, root]


class Stores:
    """Writes stores with Java."""

    def __init__(self, jvm: ModuleType, place: Path) -> None:
        self._bridge = Bridge(jvm)
        self._store = jvm.JClass("java.security.KeyStore")
        self._place = place

    def _certificate(self, der: bytes) -> Any:
        stream = self._bridge.new("java.io.ByteArrayInputStream", self._bridge.byte_array(der))
        return (
            self._bridge.jpype.JClass("java.security.cert.CertificateFactory")
            .getInstance("X.509")
            .generateCertificate(stream)
        )

    def write(
        self, kind: str, trusted: list[Signed], keys: list[tuple[Signed, list[Signed], str]], password: str = STORE
    ) -> Path:
        """A store of that kind: certificates by themselves, and keys with chain and password."""
        made = self._store.getInstance(kind)
        made.load(None, None)
        for index, one in enumerate(trusted):
            made.setCertificateEntry(f"trusted-ä-{index}", self._certificate(one.der))
        factory = self._bridge.jpype.JClass("java.security.KeyFactory").getInstance("EC")
        certificate = self._bridge.jpype.JClass("java.security.cert.Certificate")
        for index, (one, chain, own) in enumerate(keys):
            spec = self._bridge.new("java.security.spec.PKCS8EncodedKeySpec", self._bridge.byte_array(one.key_der))
            certificates = self._bridge.jpype.JArray(certificate)([self._certificate(each.der) for each in chain])
            made.setKeyEntry(f"key-{index}", factory.generatePrivate(spec), self._chars(own), certificates)
        path = self._place / f"{kind}-{len(list(self._place.iterdir()))}"
        with_out = self._bridge.new("java.io.FileOutputStream", str(path))
        made.store(with_out, self._chars(password))
        with_out.close()
        return path

    def _chars(self, text: str) -> Any:
        return self._bridge.text(text).toCharArray()


@pytest.fixture
def stores(jvm: ModuleType, tmp_path: Path) -> Stores:
    return Stores(jvm, tmp_path)


def test_jks_is_read_as_java_wrote_it(stores: Stores, chain: list[Signed]) -> None:
    leaf, middle, root = chain
    path = stores.write("JKS", [root, middle], [(leaf, chain, KEY), (middle, [middle, root], STORE)])
    found = read_store(path.read_bytes(), STORE)
    assert sorted(found.trusted) == sorted([root.der, middle.der])
    keys = {entry.alias: entry for entry in found.keys}
    assert keys["key-0"].chain == [one.der for one in chain]
    assert private_key(keys["key-0"], KEY) == leaf.key_der
    assert private_key(keys["key-1"], STORE) == middle.key_der
    assert read_store(path.read_bytes(), None) == found
    for wrong in ("", "x", STORE + " "):
        with pytest.raises(BadStore, match="password is wrong"):
            read_store(path.read_bytes(), wrong)
        with pytest.raises(BadStore, match="password is wrong"):
            private_key(keys["key-0"], wrong)


def test_jceks_gives_its_certificates(stores: Stores, chain: list[Signed]) -> None:
    path = stores.write("JCEKS", [chain[2]], [(chain[0], chain, KEY)])
    found = read_store(path.read_bytes(), STORE)
    assert (found.trusted, found.keys[0].chain) == ([chain[2].der], [one.der for one in chain])
    with pytest.raises(BadStore, match="key-0 in a way that only a JVM can undo"):
        private_key(found.keys[0], KEY)


def test_broken_stores_are_said_to_be(stores: Stores, chain: list[Signed]) -> None:
    whole, random = stores.write("JKS", [chain[2]], [(chain[0], chain, KEY)]).read_bytes(), Random(5)
    for _ in range(2000):
        data = bytearray(whole)
        if random.random() < 0.3:
            del data[random.randrange(len(data)) :]
        for _ in range(random.randint(0, 3)):
            if data:
                data[random.randrange(len(data))] = random.randrange(256)
        try:
            for entry in read_store(bytes(data), None).keys:
                private_key(entry, KEY)
        except BadStore:
            continue


@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
def test_a_store_gives_what_java_trusts_and_shows(stores: Stores, chain: list[Signed], kind: str) -> None:
    own = KEY if kind == "JKS" else "store"  # Java gives PKCS12 keys the store's password; others OpenSSL cannot read
    path = str(stores.write(kind, [chain[2]], [(chain[0], chain, own)], STORE if kind == "JKS" else "store"))
    password = STORE if kind == "JKS" else "store"
    store = Store("ssl.keystore", path, password)
    pem = store.trusted()
    assert ssl.DER_cert_to_PEM_cert(chain[2].der) in pem
    assert ssl.DER_cert_to_PEM_cert(chain[0].der) in pem
    found = store.identity(own)
    assert found.chain.startswith(ssl.DER_cert_to_PEM_cert(chain[0].der))
    assert ssl.PEM_cert_to_DER_cert(found.key.replace("PRIVATE KEY", "CERTIFICATE")) == chain[0].key_der


@pytest.fixture
def server(chain: list[Signed], tmp_path: Path) -> ssl.SSLContext:
    """Shows the leaf and wants a certificate that the root stands behind."""
    pem = tmp_path / "server.pem"
    key = chain[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(key + b"".join(one.certificate.public_bytes(Encoding.PEM) for one in chain[:2]))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem)
    made.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(chain[2].der))
    made.verify_mode = ssl.CERT_REQUIRED
    return made


@pytest.mark.parametrize("kind", ["JKS", "JCEKS", "PKCS12"])
def test_a_registry_behind_stores_that_java_wrote(
    stores: Stores, chain: list[Signed], server: ssl.SSLContext, kind: str
) -> None:
    trust = stores.write(kind, [chain[2]], [], "store")
    keys = stores.write("PKCS12" if kind == "PKCS12" else "JKS", [], [(chain[0], chain, "store")], "store")
    with Registry(tls=server) as registry:
        config = {
            "schema.registry.url": registry.url,
            "schema.registry.ssl.truststore.location": str(trust),
            "schema.registry.ssl.truststore.password": "store",
            "schema.registry.ssl.keystore.location": str(keys),
            "schema.registry.ssl.keystore.password": "store",
            "converter.type": "value",
            "max.retries": "0",
        }
        client = SchemaRegistry(RegistryConfig.parse(config), "AVRO")
        assert client.register("s", '"int"').id == 1
        client.close()


@pytest.fixture
def handshakes(server: ssl.SSLContext) -> Iterator[tuple[int, list[str]]]:
    """A port that only shakes hands, and who came."""
    seen: list[str] = []
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with server.wrap_socket(connection, server_side=True) as secure:
                        peer: Any = secure.getpeercert()
                        seen.append(peer["subject"][0][0][1])
            except OSError:
                return  # closed, or a handshake that failed: whoever waits for it sees nobody come

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], seen


def test_kafka_clients_shake_hands_with_a_jks_key_store(
    stores: Stores, chain: list[Signed], handshakes: tuple[int, list[str]]
) -> None:
    port, seen = handshakes
    middle_first = [chain[1], chain[2]]
    trust = stores.write("JKS", middle_first, [])
    keys = stores.write("JKS", [], [(chain[0], chain, KEY)])
    conf = auth.librdkafka(
        {
            "security.protocol": "SSL",
            "ssl.truststore.location": str(trust),
            "ssl.truststore.password": STORE,
            "ssl.keystore.location": str(keys),
            "ssl.keystore.password": STORE,
            "ssl.key.password": KEY,
        }
    )
    client = AdminClient({**conf, "bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0})
    for _ in range(100):
        client.poll(0.1)
        if seen:
            break
    assert seen[0] == "leaf"


def test_wrong_stores_are_named(stores: Stores, chain: list[Signed], tmp_path: Path) -> None:
    path = str(stores.write("JKS", [chain[2]], []))
    (tmp_path / "none").write_bytes(b"\x00\x01")
    for store, message in (
        (Store("ssl.truststore", path, "wrong"), "ssl.truststore.password"),
        (Store("ssl.keystore", path, STORE), "holds no private key"),
        (Store("ssl.keystore", str(tmp_path / "none"), STORE), "is no PKCS12 store"),
    ):
        with pytest.raises(ConfigError, match=message) as caught:
            store.identity("secret")
        assert STORE not in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        Store("ssl.keystore", str(tmp_path / "gone"), None)
