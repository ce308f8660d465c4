"""JAAS lines, key stores and tokens for librdkafka; secrets stay out of every message."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import Credentials

from connect_core.errors import ConfigError
from connect_core.kafka import auth, clients, msk

PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="al" password="p\\"w;= d" ;'


def test_plain() -> None:
    conf = auth.librdkafka({"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.jaas.config": PLAIN})
    assert conf == {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "al",
        "sasl.password": 'p"w;= d',
    }
    clients.producer({"bootstrap.servers": "localhost:1"}, extra=conf).close()


def test_scram_with_single_quotes() -> None:
    line = "org.apache.kafka.common.security.scram.ScramLoginModule required username='a' password='b';"
    conf = auth.librdkafka(
        {"security.protocol": "sasl_plaintext", "sasl.mechanism": "SCRAM-SHA-512", "sasl.jaas.config": line}
    )
    assert (conf["sasl.mechanism"], conf["sasl.username"], conf["sasl.password"]) == ("SCRAM-SHA-512", "a", "b")


@pytest.mark.parametrize("line", ["secret", 'x.Module required password="secret"', "x.Module required secret;"])
def test_bad_lines_are_not_shown(line: str) -> None:
    with pytest.raises(ConfigError, match=r"sasl\.jaas\.config") as caught:
        auth.parse_jaas(line)
    assert "secret" not in str(caught.value)


def test_oauth_by_client_credentials() -> None:
    line = (
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
        'clientId="id" clientSecret="s" scope="kafka" extension_logicalCluster="lkc-1";'
    )
    given = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.jaas.config": line,
        "sasl.oauthbearer.token.endpoint.url": "https://idp/token",
        "sasl.login.callback.handler.class": "a.B",
    }
    conf = auth.librdkafka(given)
    assert conf["sasl.oauthbearer.method"] == "oidc"
    assert conf["sasl.oauthbearer.client.id"] == "id"
    assert conf["sasl.oauthbearer.client.secret"] == "s"
    assert conf["sasl.oauthbearer.scope"] == "kafka"
    assert conf["sasl.oauthbearer.extensions"] == "logicalCluster=lkc-1"
    clients.producer({"bootstrap.servers": "localhost:1"}, extra=conf).close()


def test_oauth_unsecured() -> None:
    line = 'x.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="al";'
    conf = auth.librdkafka(
        {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": line}
    )
    assert conf["sasl.oauthbearer.config"] == "principal=al"
    assert conf["enable.sasl.oauthbearer.unsecure.jwt"] == "true"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"security.protocol": "TLS"}, "security.protocol"),
        ({"security.protocol": "SASL_SSL"}, "sasl.mechanism: use one of PLAIN"),
        ({"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"}, "needs a user and a password"),
    ],
)
def test_what_is_missing_is_named(given: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        auth.librdkafka(given)


def test_pem_stores(tmp_path: Path) -> None:
    pem = tmp_path / "store.pem"
    pem.write_text("-----BEGIN CERTIFICATE-----\n")
    given = {
        "security.protocol": "SSL",
        "ssl.truststore.location": str(pem),
        "ssl.truststore.type": "PEM",
        "ssl.keystore.location": str(pem),
        "ssl.key.password": "k",
        "ssl.endpoint.identification.algorithm": "",
    }
    assert auth.librdkafka(given) == {
        "security.protocol": "ssl",
        "ssl.ca.location": str(pem),
        "ssl.certificate.location": str(pem),
        "ssl.key.location": str(pem),
        "ssl.key.password": "k",
        "ssl.endpoint.identification.algorithm": "none",
    }
    inline = {
        "security.protocol": "SSL",
        "ssl.truststore.certificates": "CA",
        "ssl.keystore.certificate.chain": "CHAIN",
        "ssl.keystore.key": "KEY",
    }
    conf = auth.librdkafka(inline)
    assert (conf["ssl.ca.pem"], conf["ssl.certificate.pem"], conf["ssl.key.pem"]) == ("CA", "CHAIN", "KEY")


def test_pkcs12_key_store_is_passed_on_also_when_called_jks(tmp_path: Path) -> None:
    store = tmp_path / "k.jks"
    store.write_bytes(b"\x30\x82")
    given = {"security.protocol": "SSL", "ssl.keystore.location": str(store), "ssl.keystore.password": "pw"}
    conf = auth.librdkafka({**given, "ssl.keystore.type": "JKS"})
    assert (conf["ssl.keystore.location"], conf["ssl.keystore.password"]) == (str(store), "pw")


def test_stores_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    jks, p12 = tmp_path / "a.jks", tmp_path / "b.p12"
    jks.write_bytes(b"\xfe\xed\xfe\xed")
    p12.write_bytes(b"\x30\x82")
    with pytest.raises(ConfigError, match=r"ssl\.keystore\.location: ends too early"):
        auth.librdkafka({"security.protocol": "SSL", "ssl.keystore.location": str(jks)})
    with pytest.raises(ConfigError, match=r"ssl\.truststore\.password is wrong"):
        auth.librdkafka({"security.protocol": "SSL", "ssl.truststore.location": str(p12)})
    with pytest.raises(ConfigError, match="No such file"):
        auth.librdkafka({"security.protocol": "SSL", "ssl.truststore.location": str(tmp_path / "none")})


def test_msk_tokens() -> None:
    token, expiry = msk.sign("eu-west-1", Credentials("AKIDEXAMPLE", "secret", "session"))
    url = urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
    query = parse_qs(url.query)
    assert (url.scheme, url.netloc) == ("https", "kafka.eu-west-1.amazonaws.com")
    assert query["Action"] == ["kafka-cluster:Connect"]
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Credential"][0].endswith("/eu-west-1/kafka-cluster/aws4_request")
    assert {"X-Amz-Signature", "X-Amz-Security-Token", "User-Agent"} <= query.keys()
    assert expiry > time.time()


def test_msk_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    given = {"security.protocol": "SASL_SSL", "sasl.mechanism": "AWS_MSK_IAM"}
    with pytest.raises(ConfigError, match="set AWS_REGION"):
        auth.librdkafka(given)
    conf = auth.librdkafka({**given, "bootstrap.servers": "b-1.x.abc.c2.kafka.eu-west-1.amazonaws.com:9098"})
    assert conf["sasl.mechanism"] == "OAUTHBEARER"
    assert callable(conf["oauth_cb"])
