"""The keys of a schema registry (spec kafka-connect.md 5.5), declared once; Avro, Protobuf and JSON Schema add theirs.

Names, types, defaults and importance are those of Confluent's serializers 8.5. Keys of Confluent's own cloud services
that need code of theirs (rules, validation, custom credential classes) are not declared; unknown keys are kept.
Neighbours: ``client`` and ``transport`` read the values, ``tls`` the ``schema.registry.ssl.*`` ones.
"""

from __future__ import annotations

from connect_core.config import HIGH, LOW, MEDIUM, Class, Password, Short, between, key
from connect_core.converters.settings import ConverterConfig

SERIALIZERS = "io.confluent.kafka.serializers"
VERSION = "8.5.0"
"""The release of Confluent's converters that ours equal; their version in listings."""


class RegistryTlsConfig(ConverterConfig):
    """TLS towards the registry; the keys are Kafka's own with a prefix."""

    schema_registry_ssl_protocol: str = key("TLS version asked for.", default="TLSv1.3", importance=MEDIUM)
    schema_registry_ssl_provider: str | None = key("Accepted, unused: a Java security provider.", default=None)
    schema_registry_ssl_cipher_suites: list[str] = key(
        "Cipher suites allowed; none given: all.", default=[], importance=LOW
    )
    schema_registry_ssl_enabled_protocols: list[str] = key("TLS versions allowed.", default=["TLSv1.2", "TLSv1.3"])
    schema_registry_ssl_keystore_type: str = key("Format of the key store: JKS, PKCS12 or PEM.", default="JKS")
    schema_registry_ssl_keystore_location: str | None = key(
        "File with this client's certificate and private key.", default=None, importance=HIGH
    )
    schema_registry_ssl_keystore_password: Password | None = key(
        "Password of the key store.", default=None, importance=HIGH
    )
    schema_registry_ssl_key_password: Password | None = key(
        "Password of the private key.", default=None, importance=HIGH
    )
    schema_registry_ssl_keystore_key: Password | None = key(
        "The private key itself, PEM (PKCS#8).", default=None, importance=HIGH
    )
    schema_registry_ssl_keystore_certificate_chain: Password | None = key(
        "The certificate chain itself, PEM.", default=None, importance=HIGH
    )
    schema_registry_ssl_truststore_certificates: Password | None = key(
        "Certificates to trust, PEM.", default=None, importance=HIGH
    )
    schema_registry_ssl_truststore_type: str = key("Format of the trust store: JKS, PKCS12 or PEM.", default="JKS")
    schema_registry_ssl_truststore_location: str | None = key(
        "File with the certificates to trust; not given: those of the system.", default=None, importance=HIGH
    )
    schema_registry_ssl_truststore_password: Password | None = key(
        "Password of the trust store.", default=None, importance=HIGH
    )
    schema_registry_ssl_keymanager_algorithm: str = key(
        "Accepted, unused: Java only.", default="SunX509", importance=LOW
    )
    schema_registry_ssl_trustmanager_algorithm: str = key(
        "Accepted, unused: Java only.", default="PKIX", importance=LOW
    )
    schema_registry_ssl_endpoint_identification_algorithm: str = key(
        "https: the server's certificate must name its host; empty: it need not.", default="https", importance=LOW
    )
    schema_registry_ssl_secure_random_implementation: str | None = key(
        "Accepted, unused: Java only.", default=None, importance=LOW
    )
    schema_registry_ssl_engine_factory_class: Class | None = key(
        "Accepted, unused: Java only.", default=None, importance=LOW
    )


class RegistryAccessConfig(RegistryTlsConfig):
    """Where the registry is, how to sign in, how long to try."""

    schema_registry_url: list[str] = key("URLs of the registry; the next is tried when one fails.", importance=HIGH)
    schema_registry_url_randomize: bool = key("Start at any of the URLs.", default=False, importance=LOW)
    max_schemas_per_subject: int = key("How many schemas this converter remembers.", default=1000, importance=LOW)
    basic_auth_credentials_source: str = key(
        "Where basic credentials come from: URL (user:password@ in it), USER_INFO or SASL_INHERIT.", default="URL"
    )
    bearer_auth_credentials_source: str = key(
        "Where the bearer token comes from: STATIC_TOKEN, OAUTHBEARER or SASL_OAUTHBEARER_INHERIT; "
        "read only if given and no basic source is.",
        default="STATIC_TOKEN",
    )
    schema_registry_basic_auth_user_info: Password = key("Older name of basic.auth.user.info.", default="")
    basic_auth_user_info: Password = key("User and password as user:password, for USER_INFO.", default="")
    bearer_auth_token: Password = key("The token of STATIC_TOKEN.", default="")
    bearer_auth_issuer_endpoint_url: str | None = key("Token endpoint of the OAuth server.", default=None)
    bearer_auth_client_id: str | None = key("Client id at the OAuth server.", default=None)
    bearer_auth_client_secret: Password | None = key("Client secret at the OAuth server.", default=None)
    bearer_auth_scope: str | None = key("Scope to ask the OAuth server for.", default=None)
    bearer_auth_scope_claim_name: str = key("Name of the claim with the scope.", default="scope", importance=LOW)
    bearer_auth_sub_claim_name: str = key("Name of the claim with the subject.", default="sub", importance=LOW)
    bearer_auth_identity_pool_id: str | None = key("Sent as the header Confluent-Identity-Pool-Id.", default=None)
    bearer_auth_logical_cluster: str | None = key("Sent as the header target-sr-cluster.", default=None)
    bearer_auth_cache_expiry_buffer_seconds: Short = key(
        "How long before its end a token is renewed.", default=300, importance=LOW, checks=[between(0, 3600)]
    )
    proxy_host: str = key("Host of an HTTP proxy.", default="", importance=LOW)
    proxy_port: int = key("Port of the HTTP proxy.", default=-1, importance=LOW)
    http_connect_timeout_ms: int = key("Time to connect.", default=60000, importance=LOW)
    http_read_timeout_ms: int = key("Time to wait for an answer.", default=60000, importance=LOW)
    max_retries: int = key("How often a request is sent again to one URL.", default=3, importance=LOW)
    retries_wait_ms: int = key("Longest wait before the first retry; doubles.", default=1000, importance=LOW)
    retries_max_wait_ms: int = key("Longest wait before any retry.", default=20000, importance=LOW)


class RegistryConfig(RegistryAccessConfig):
    """All keys the three converters share."""

    normalize_schemas: bool = key("Let the registry ignore differences of form between schemas.", default=False)
    auto_register_schemas: bool = key("Register schemas the registry does not know.", default=True)
    propagate_schema_tags: bool = key("Ask the registry to take over tags.", default=False, importance=LOW)
    use_schema_id: int = key("Write with the schema of this id.", default=-1, importance=LOW)
    use_schema_guid: str | None = key("Write with the schema of this GUID.", default=None, importance=LOW)
    id_compatibility_strict: bool = key(
        "Check that the schema of use.schema.id or use.schema.guid fits.", default=True, importance=LOW
    )
    use_latest_version: bool = key("Write with the subject's latest schema.", default=False, importance=LOW)
    latest_compatibility_strict: bool = key("Check that the latest schema fits.", default=True, importance=LOW)
    latest_cache_size: int = key("How many latest versions are remembered.", default=1000, importance=LOW)
    latest_cache_ttl_sec: int = key("For how long; -1: always.", default=-1, importance=LOW)
    use_latest_with_metadata: str | None = key(
        "Write with the latest schema that has these properties: key=value,...", default=None, importance=LOW
    )
    schema_format: str | None = key("Format the registry should give schemas in.", default=None, importance=LOW)
    context_name_strategy: Class = key(
        "How the registry's context is found.", default=f"{SERIALIZERS}.context.NullContextNameStrategy"
    )
    key_subject_name_strategy: Class = key(
        "How the subject of key schemas is named.", default=f"{SERIALIZERS}.subject.AssociatedNameStrategy"
    )
    key_schema_id_serializer: Class = key(
        "Where the id of key schemas is written.", default=f"{SERIALIZERS}.schema.id.PrefixSchemaIdSerializer"
    )
    key_schema_id_deserializer: Class = key(
        "Where the id of key schemas is read.", default=f"{SERIALIZERS}.schema.id.DualSchemaIdDeserializer"
    )
    value_subject_name_strategy: Class = key(
        "How the subject of value schemas is named.", default=f"{SERIALIZERS}.subject.AssociatedNameStrategy"
    )
    value_schema_id_serializer: Class = key(
        "Where the id of value schemas is written.", default=f"{SERIALIZERS}.schema.id.PrefixSchemaIdSerializer"
    )
    value_schema_id_deserializer: Class = key(
        "Where the id of value schemas is read.", default=f"{SERIALIZERS}.schema.id.DualSchemaIdDeserializer"
    )
    schema_reflection: bool = key("Accepted, unused: Java only.", default=False, importance=LOW)
