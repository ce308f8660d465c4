"""Worker keys of both modes (spec kafka-connect.md 2.1) and the one of the standalone mode.

Neighbours: ``distributed`` (keys of that mode), ``kafka.layers`` (what each client gets of a worker's configuration).
"""

from __future__ import annotations

from typing import Any

from connect_core.config.checks import at_least, list_of, non_null, one_of, optional
from connect_core.config.key import HIGH, LOW, Class, Long, key
from connect_core.config.parse import Config, trim
from connect_core.errors import ConfigError

SIMPLE_HEADERS = "org.apache.kafka.connect.storage.SimpleHeaderConverter"


def _listeners(name: str, value: Any) -> None:
    """At least one http or https URL."""
    if not value:
        raise ConfigError(
            f"Invalid value for {name}, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443."
        )
    _admin_listeners(name, value)


def _admin_listeners(name: str, value: Any) -> None:
    """URLs, or none at all."""
    for url in value or ():
        if not trim(url):
            raise ConfigError(f"Empty URL found when parsing {name} list.")
        if not trim(url).lower().startswith(("http://", "https://")):
            raise ConfigError.invalid(name, url, "Expected a URL that begins with http:// or https://")


class WorkerConfig(Config):
    """Keys of every worker; ``originals`` keeps the rest, which clients and converters take from there."""

    bootstrap_servers: list[str] = key(
        "Kafka brokers to begin with, host:port.", importance=HIGH, checks=[list_of(empty_ok=False)]
    )
    client_dns_lookup: str = key(
        "How broker names are looked up.",
        default="use_all_dns_ips",
        checks=[one_of("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only")],
    )
    key_converter: Class = key("Converter of record keys.", importance=HIGH)
    value_converter: Class = key("Converter of record values.", importance=HIGH)
    header_converter: Class = key("Converter of record headers.", default=SIMPLE_HEADERS, importance=LOW)
    key_converter_plugin_version: str | None = key("Version of the key converter.", default=None, importance=LOW)
    value_converter_plugin_version: str | None = key("Version of the value converter.", default=None, importance=LOW)
    header_converter_plugin_version: str | None = key("Version of the header converter.", default=None, importance=LOW)
    task_shutdown_graceful_timeout_ms: Long = key(
        "Time that all tasks of one stop together have.", default=5000, importance=LOW
    )
    offset_flush_interval_ms: Long = key("Time between commits of offsets.", default=60_000, importance=LOW)
    offset_flush_timeout_ms: Long = key("Longest time one commit of offsets may take.", default=5000, importance=LOW)
    plugin_path: list[str] | None = key(
        "Kept for Kafka Connect; Python packages are found by their entry points.", default=None, importance=LOW
    )
    plugin_discovery: str = key(
        "Kept for Kafka Connect.",
        default="hybrid_warn",
        importance=LOW,
        checks=[one_of("only_scan", "hybrid_warn", "hybrid_fail", "service_load", ignore_case=True)],
    )
    config_providers: list[str] = key(
        "Names of config providers; config.providers.<name>.class and .param.<key> say what each is.",
        default=[],
        importance=LOW,
        checks=[list_of()],
    )
    connector_client_config_override_policy: str = key(
        "Which producer.override., consumer.override. and admin.override. keys connectors may set: "
        "All, None, Principal or Allowlist.",
        default="All",
        importance=LOW,
    )
    connector_client_config_override_allowlist: list[str] = key(
        "Client keys that the policy Allowlist lets connectors set.", default=[], checks=[list_of()]
    )
    topic_creation_enable: bool = key("Let sources create topics by topic.creation.*.", default=True, importance=LOW)
    topic_tracking_enable: bool = key("Keep track of the topics a connector uses.", default=True, importance=LOW)
    topic_tracking_allow_reset: bool = key("Allow resetting that record through REST.", default=True, importance=LOW)
    metrics_sample_window_ms: Long = key(
        "Time window of a metric sample.", default=30_000, importance=LOW, checks=[at_least(0)]
    )
    metrics_num_samples: int = key("Samples kept per metric.", default=2, importance=LOW, checks=[at_least(1)])
    metrics_recording_level: str = key(
        "INFO or DEBUG.", default="INFO", importance=LOW, checks=[one_of("INFO", "DEBUG")]
    )
    metric_reporters: list[str] = key(
        "Kept for Kafka Connect.",
        default=["org.apache.kafka.common.metrics.JmxReporter"],
        importance=LOW,
        checks=[list_of()],
    )
    listeners: list[str] = key(
        "URLs the REST API listens on.", default=["http://:8083"], importance=LOW, checks=[_listeners]
    )
    rest_advertised_host_name: str | None = key(
        "Host name that other workers reach this one by.", default=None, importance=LOW
    )
    rest_advertised_port: int | None = key("Port that other workers reach this one by.", default=None, importance=LOW)
    rest_advertised_listener: str | None = key(
        "Listener that other workers use: http or https.",
        default=None,
        importance=LOW,
        checks=[optional(one_of("http", "https"))],
    )
    admin_listeners: list[str] | None = key(
        "URLs of the admin endpoints: not set, the listeners serve them too; empty, nobody does.",
        default=None,
        importance=LOW,
        checks=[_admin_listeners],
    )
    rest_extension_classes: list[str] = key("REST extensions.", default=[], importance=LOW, checks=[list_of()])
    access_control_allow_origin: str = key("CORS: allowed origins.", default="", importance=LOW)
    access_control_allow_methods: str = key("CORS: allowed methods.", default="", importance=LOW)
    response_http_headers_config: str = key("Rules for headers of REST answers.", default="", importance=LOW)
    ssl_client_auth: str = key(
        "Whether REST clients show a certificate.",
        default="none",
        importance=LOW,
        checks=[non_null, one_of("required", "requested", "none")],
    )


class StandaloneConfig(WorkerConfig):
    """A worker on its own: source offsets in a file."""

    offset_storage_file_filename: str = key("File for source offsets.", importance=HIGH)
