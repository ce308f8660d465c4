"""The rarer keys of S3SinkConnector: how requests are sent, null values, keys and headers."""

from __future__ import annotations

from typing import Any

from connect_core.config import LOW, Class, Config, Long, Password, Width, at_least, key, non_empty, one_of
from connect_core.connectors.files.config import AVRO
from connect_core.errors import ConfigError

S3, KEYS = "S3", "Keys and Headers"


def tag_pairs(name: str, value: Any) -> None:
    """Each element is name:value."""
    for pair in value or ():
        tag, colon, _ = str(pair).partition(":")
        if not colon or not tag.strip():
            raise ConfigError.invalid(name, pair, "Expected name:value")


def _not_yet(name: str, value: Any) -> None:
    if value:
        raise ConfigError.invalid(name, "true", "Writing keys and headers beside the values comes in a later version")


def _null_behavior(name: str, value: Any) -> None:
    if str(value).lower() == "write":
        raise ConfigError.invalid(name, value, "Needs store.kafka.keys, which comes in a later version; use ignore")
    one_of("fail", "ignore", ignore_case=True)(name, value)


class WriteKeys(Config):
    """Formats' details, proxy, null values, conditional writes."""

    format_bytearray_extension: str = key(
        "What names of byte array files end in.",
        default=".bin",
        importance=LOW,
        group=S3,
        order=20,
        width=Width.LONG,
        display="Output file extension for ByteArrayFormat",
    )
    format_bytearray_separator: str | None = key(
        "What follows each record of a byte array file, Java's escapes allowed; the line separator if not set.",
        default=None,
        importance=LOW,
        group=S3,
        order=21,
        width=Width.LONG,
        display="Line separator ByteArrayFormat",
    )
    s3_proxy_url: str = key(
        "HTTP proxy to S3, as https://host:port.",
        default="",
        importance=LOW,
        group=S3,
        order=22,
        width=Width.LONG,
        display="S3 Proxy Settings",
    )
    s3_proxy_user: str | None = key(
        "User at the proxy.",
        default=None,
        importance=LOW,
        group=S3,
        order=23,
        width=Width.LONG,
        display="S3 Proxy User",
    )
    s3_proxy_password: Password = key(
        "Password at the proxy.",
        default=Password(""),
        importance=LOW,
        group=S3,
        order=24,
        width=Width.LONG,
        display="S3 Proxy Password",
    )
    s3_http_send_expect_continue: bool = key(
        "Ask before sending a body (Expect: 100-continue); the AWS library here always does.",
        default=True,
        importance=LOW,
        group=S3,
        order=25,
        width=Width.SHORT,
        display="S3 HTTP Send Uses Expect Continue",
    )
    behavior_on_null_values: str = key(
        "What a record without value does: fail stops the task, ignore skips the record.",
        default="fail",
        importance=LOW,
        group=S3,
        order=26,
        width=Width.SHORT,
        display="Behavior for null-valued records",
        checks=[_null_behavior],
    )
    report_null_values_to_dlq: bool = key(
        "Hand ignored records without value to the dead letter queue, if there is one.",
        default=True,
        importance=LOW,
        group=S3,
        order=27,
        width=Width.SHORT,
        display="Report null value to dlq",
    )
    max_write_duration_ms: Long = key(
        "Longest time one delivery may be worked on in the original; slices bound it here.",
        default=(1 << 63) - 1,
        importance=LOW,
        group=S3,
        order=28,
        width=Width.SHORT,
        display="Maximum write duration",
        checks=[at_least(0)],
    )
    rotate_file_on_partition_change: bool = key(
        "With rotate.interval.ms: end files also when the directory changes from one record to the next.",
        default=True,
        importance=LOW,
        group=S3,
        order=29,
        width=Width.SHORT,
        display="Rotate files on partition change",
    )
    tombstone_encoded_partition: str = key(
        "Directory of records without value when these are written.",
        default="tombstone",
        importance=LOW,
        group=S3,
        order=30,
        width=Width.SHORT,
        display="Tombstone Encoded Partition",
        checks=[non_empty],
    )
    s3_schema_partition_affix_type: str = key(
        "Add the schema's name to the directory: NONE; PREFIX and SUFFIX come in a later version.",
        default="NONE",
        importance=LOW,
        group=S3,
        order=31,
        width=Width.LONG,
        display="Schema Partition Affix Type",
        checks=[one_of("NONE", ignore_case=True)],
    )
    s3_send_digest: bool = key(
        "Send the MD5 of each body, so that S3 refuses a damaged one.",
        default=False,
        importance=LOW,
        group=S3,
        order=32,
        width=Width.SHORT,
        display="S3 Send Upload Message Digest",
    )
    enable_conditional_writes: bool = key(
        "With rotate.schedule.interval.ms: never replace an existing object; go on behind what it holds.",
        default=True,
        importance=LOW,
        group=S3,
        order=33,
        width=Width.SHORT,
        display="Enable conditional writes during multipart upload",
    )
    max_files_scan_limit: int = key(
        "File names that the original tries after one that exists; not needed here: objects say what they hold.",
        default=100,
        importance=LOW,
        group="",
        checks=[at_least(1)],
    )


class KeyAndHeaderKeys(Config):
    """Files of record keys and headers, which come later, and how S3 is addressed."""

    store_kafka_keys: bool = key(
        "Write record keys into files of their own.",
        default=False,
        importance=LOW,
        group=KEYS,
        order=1,
        width=Width.SHORT,
        display="Store kafka keys",
        dependents=("keys.format.class",),
        checks=[_not_yet],
    )
    store_kafka_headers: bool = key(
        "Write record headers into files of their own.",
        default=False,
        importance=LOW,
        group=KEYS,
        order=2,
        width=Width.SHORT,
        display="Store kafka headers",
        dependents=("headers.format.class",),
        checks=[_not_yet],
    )
    keys_format_class: Class = key(
        "Format of key files.",
        default=AVRO,
        importance=LOW,
        group=KEYS,
        order=3,
        display="Keys format class",
    )
    headers_format_class: Class = key(
        "Format of header files.",
        default=AVRO,
        importance=LOW,
        group=KEYS,
        order=4,
        display="Headers format class",
    )
    s3_path_style_access_enabled: bool = key(
        "Put the bucket into the path of requests rather than into the host name.",
        default=True,
        importance=LOW,
        group=KEYS,
        order=5,
        width=Width.SHORT,
        display="Enable Path Style Access to S3",
    )
    s3_elastic_buffer_enable: bool = key(
        "Let buffers grow with what they hold; here they always do.",
        default=False,
        importance=LOW,
        group=KEYS,
        order=6,
        width=Width.LONG,
        display="Enable elastic buffer to staging s3-part",
    )
    s3_elastic_buffer_init_capacity: int = key(
        "First size of such a buffer.",
        default=131_072,
        importance=LOW,
        group=KEYS,
        order=7,
        width=Width.LONG,
        display="Elastic buffer initial capacity",
        checks=[at_least(4096)],
    )
    partitioner_max_open_files: int = key(
        "Most files of a Kafka partition that may be open at once; -1: no limit.",
        default=-1,
        importance=LOW,
        group="",
    )
