"""Security properties of Java clients for librdkafka: JAAS lines, key stores, tokens. No value is ever logged.

Stores that librdkafka cannot open (JKS, trust stores in PKCS12) are handed to it as PEM texts (``config.key_stores``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from connect_core.config.key_stores import Store
from connect_core.errors import ConfigError
from connect_core.java.jks import is_jks

PREFIXES = ("ssl.", "sasl.", "https.")
_NATIVE_SSL = """ssl.ca.certificate.stores ssl.ca.location ssl.ca.pem ssl.certificate.location ssl.certificate.pem
    ssl.cipher.suites ssl.crl.location ssl.curves.list ssl.key.location ssl.key.password ssl.key.pem
    ssl.sigalgs.list enable.ssl.certificate.verification https.ca.location https.ca.pem"""
NATIVE_SSL = frozenset(_NATIVE_SSL.split())
MSK_MODULE = "software.amazon.msk.auth.iam.IAMLoginModule"


class Jaas(NamedTuple):
    """One login module of a ``sasl.jaas.config`` line."""

    module: str
    options: dict[str, str]


def is_security(key: str) -> bool:
    """True for the keys this module reads (or knows to have no counterpart)."""
    return key.startswith(PREFIXES) or key in ("security.protocol", "enable.ssl.certificate.verification")


def librdkafka(given: Mapping[str, str]) -> dict[str, Any]:
    """librdkafka's security settings, with a token callback where the mechanism needs one."""
    conf: dict[str, Any] = {}
    protocol = given.get("security.protocol", "PLAINTEXT").upper()
    if protocol not in ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"):
        raise ConfigError.invalid(
            "security.protocol",
            protocol,
            "String must be one of (case insensitive): PLAINTEXT, SASL_PLAINTEXT, SASL_SSL, SSL",
        )
    if protocol != "PLAINTEXT":
        conf["security.protocol"] = protocol.lower()
    if protocol.endswith("SSL"):
        conf |= _ssl(given)
    if protocol.startswith("SASL"):
        conf |= _sasl(given)
    return conf


def parse_jaas(line: str) -> Jaas:
    """``<module> <flag> key=value …;`` with quoted values; the error text never shows the line."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^\s=;"\']+|[=;]', line)
    if len(tokens) < 3 or tokens[-1] != ";" or ";" in tokens[:-1]:
        raise ConfigError(
            "Invalid value [hidden] for configuration sasl.jaas.config: "
            'expected one `<login module> required <option>="<value>" ...;`'
        )
    module, rest = tokens[0], tokens[2:-1]
    options: dict[str, str] = {}
    for at in range(0, len(rest), 3):
        triple = rest[at : at + 3]
        if len(triple) < 3 or triple[1] != "=":
            raise ConfigError(
                'Invalid value [hidden] for configuration sasl.jaas.config: every option needs the form key="value"'
            )
        options[triple[0]] = _unquote(triple[2])
    return Jaas(module, options)


def _unquote(token: str) -> str:
    if token[:1] in "\"'":
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return token


def _sasl(given: Mapping[str, str]) -> dict[str, Any]:
    mechanism = given.get("sasl.mechanism", given.get("sasl.mechanisms", "GSSAPI"))
    jaas = parse_jaas(given["sasl.jaas.config"]) if given.get("sasl.jaas.config") else Jaas("", {})
    if mechanism == "AWS_MSK_IAM" or jaas.module == MSK_MODULE:
        from connect_core.kafka import msk  # signing is needed by few

        return {"sasl.mechanism": "OAUTHBEARER", "oauth_cb": msk.token_callback(given, jaas.options)}
    if mechanism == "PLAIN" or mechanism.startswith("SCRAM-"):
        return {"sasl.mechanism": mechanism} | _login(given, jaas, mechanism)
    if mechanism == "OAUTHBEARER":
        return {"sasl.mechanism": mechanism} | _oauthbearer(given, jaas)
    raise ConfigError.invalid(
        "sasl.mechanism", mechanism, "use one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM"
    )


def _login(given: Mapping[str, str], jaas: Jaas, mechanism: str) -> dict[str, str]:
    user = jaas.options.get("username", given.get("sasl.username"))
    password = jaas.options.get("password", given.get("sasl.password"))
    if user is None or password is None:
        raise ConfigError(
            f"sasl.mechanism {mechanism} needs a user and a password: set sasl.jaas.config to "
            '`<login module> required username="..." password="...";`'
        )
    return {"sasl.username": user, "sasl.password": password}


def _oauthbearer(given: Mapping[str, str], jaas: Jaas) -> dict[str, Any]:
    options = jaas.options
    extensions = ",".join(f"{k[10:]}={v}" for k, v in options.items() if k.startswith("extension_"))
    native = {key: value for key, value in given.items() if key.startswith("sasl.oauthbearer.")}
    endpoint = native.get("sasl.oauthbearer.token.endpoint.url")
    if endpoint is None:
        claims = {k[27:]: v for k, v in options.items() if k.startswith("unsecuredLoginStringClaim_")}
        subject = {k.strip("_"): v for k, v in claims.items()}.get(
            "sub", options.get("unsecuredLoginStringClaim_sub", "")
        )
        conf = {"enable.sasl.oauthbearer.unsecure.jwt": "true", "sasl.oauthbearer.config": f"principal={subject}"}
        if extensions:
            conf["sasl.oauthbearer.config"] += " " + " ".join(f"extension_{e}" for e in extensions.split(","))
        return conf
    conf = {"sasl.oauthbearer.method": "oidc"} | _known_oauth(native)
    names = {"clientId": "client.id", "clientSecret": "client.secret", "scope": "scope"}
    conf |= {f"sasl.oauthbearer.{names[k]}": v for k, v in options.items() if k in names}
    if extensions:
        conf["sasl.oauthbearer.extensions"] = extensions
    return conf


def _known_oauth(native: Mapping[str, str]) -> dict[str, str]:
    java = {
        "sasl.oauthbearer.client.credentials.client.id": "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.credentials.client.secret": "sasl.oauthbearer.client.secret",
    }
    same = (
        "client.id",
        "client.secret",
        "extensions",
        "grant.type",
        "method",
        "scope",
        "sub.claim.name",
        "token.endpoint.url",
        "assertion.algorithm",
        "assertion.file",
        "assertion.private.key.file",
        "assertion.private.key.passphrase",
        "assertion.private.key.pem",
    )
    taken = {key: value for key, value in native.items() if key.removeprefix("sasl.oauthbearer.") in same}
    return taken | {java[key]: value for key, value in native.items() if key in java}


def _ssl(given: Mapping[str, str]) -> dict[str, str]:
    conf = {key: value for key, value in given.items() if key in NATIVE_SSL and value}
    if "ssl.endpoint.identification.algorithm" in given:
        conf["ssl.endpoint.identification.algorithm"] = given["ssl.endpoint.identification.algorithm"].lower() or "none"
    if chain := given.get("ssl.keystore.certificate.chain"):
        conf["ssl.certificate.pem"] = chain
    if key := given.get("ssl.keystore.key"):
        conf["ssl.key.pem"] = key
    if roots := given.get("ssl.truststore.certificates"):
        conf["ssl.ca.pem"] = roots
    if path := given.get("ssl.keystore.location"):
        conf |= _key_store(given, path)
    if path := given.get("ssl.truststore.location"):
        conf |= _trust_store(given, path)
    return conf


def _key_store(given: Mapping[str, str], path: str) -> dict[str, str]:
    kind, password = _store_type(given, "ssl.keystore", path), given.get("ssl.keystore.password")
    if kind == "PEM":
        return {"ssl.certificate.location": path, "ssl.key.location": path}
    if kind == "PKCS12":
        return {"ssl.keystore.location": path, "ssl.keystore.password": password or ""}
    key, chain = Store("ssl.keystore", path, password).identity(given.get("ssl.key.password"))
    return {"ssl.certificate.pem": chain, "ssl.key.pem": key}


def _trust_store(given: Mapping[str, str], path: str) -> dict[str, str]:
    if _store_type(given, "ssl.truststore", path) == "PEM":
        return {"ssl.ca.location": path}
    return {"ssl.ca.pem": Store("ssl.truststore", path, given.get("ssl.truststore.password")).trusted()}


def _store_type(given: Mapping[str, str], prefix: str, path: str) -> str:
    """What the file's first bytes say, else the declared type: Java reads JKS and PKCS12 under either name."""
    declared = given.get(f"{prefix}.type", "JKS").upper()
    if declared == "PEM":
        return declared
    try:
        with Path(path).open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise ConfigError.invalid(f"{prefix}.location", path, error.strerror or "cannot be read") from None
    if is_jks(head):
        return "JKS"
    if head[:1] == b"\x30":  # an ASN.1 sequence: since Java 9 files called JKS are mostly this
        return "PKCS12"
    return "PEM" if head[:1] == b"-" else declared
