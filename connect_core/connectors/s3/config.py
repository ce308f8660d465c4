"""Keys of S3SinkConnector, with the original's groups, order and defaults (spec s3-sink-12.2-config.jsonl).

Neighbours: ``files.config`` has the keys that all file-like sinks share; ``extras`` the rarer ones of S3.
"""

from __future__ import annotations

import base64
from typing import Self, override

from connect_core.config import (
    HIGH,
    LOW,
    MEDIUM,
    Class,
    Long,
    Password,
    Width,
    at_least,
    between,
    key,
    one_of,
    optional,
)
from connect_core.connectors.files.config import FileSinkConfig, FileSinkKeys
from connect_core.connectors.s3.extras import KeyAndHeaderKeys, WriteKeys, tag_pairs
from connect_core.errors import ConfigError

VERSION = "12.2.0"
S3 = "S3"
DEFAULT_PROVIDER = "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider"
_ACLS = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "log-delivery-write",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)


class BucketKeys(FileSinkKeys):
    """The bucket, how to reach it and how objects are stored in it."""

    s3_bucket_name: str = key(
        "Bucket that objects are written to; it must exist.",
        importance=HIGH,
        group=S3,
        order=1,
        width=Width.LONG,
        display="S3 Bucket",
    )
    s3_object_tagging: bool = key(
        "Tag objects with startOffset, endOffset and recordCount.",
        default=False,
        importance=LOW,
        group=S3,
        order=2,
        width=Width.LONG,
        display="S3 Object Tagging",
    )
    s3_object_tagging_key_value_pairs: list[str] = key(
        "More tags, as name:value, with s3.object.tagging.",
        default=[],
        importance=LOW,
        group=S3,
        order=3,
        width=Width.LONG,
        display="S3 Object Tagging Extra Key Value pairs",
        checks=[tag_pairs],
    )
    s3_object_behavior_on_tagging_error: str = key(
        "When an object cannot be tagged: ignore logs it, fail stops the task.",
        default="ignore",
        importance=LOW,
        group=S3,
        order=4,
        width=Width.SHORT,
        display="Behavior for S3 object tagging error",
        checks=[one_of("ignore", "fail", ignore_case=True)],
    )
    s3_region: str = key(
        "AWS region of the bucket.",
        default="us-west-2",
        importance=MEDIUM,
        group=S3,
        order=5,
        width=Width.LONG,
        display="AWS region",
    )
    s3_part_size: int = key(
        "Bytes of one part of a multipart upload; smaller objects are sent at once.",
        default=26_214_400,
        importance=HIGH,
        group=S3,
        order=6,
        width=Width.LONG,
        display="S3 Part Size",
        checks=[between(5_242_880, 2_147_483_647)],
    )
    s3_credentials_provider_class: Class = key(
        "Where credentials come from: the default chain of AWS, or AwsAssumeRoleCredentialsProvider, which takes "
        "s3.credentials.provider.sts.role.arn, sts.role.session.name, sts.role.external.id and sts.region.",
        default=DEFAULT_PROVIDER,
        importance=LOW,
        group=S3,
        order=7,
        width=Width.LONG,
        display="AWS Credentials Provider Class",
    )
    aws_access_key_id: str = key(
        "Access key, used before the credentials provider.",
        default="",
        importance=HIGH,
        group=S3,
        order=8,
        width=Width.LONG,
        display="AWS Access Key ID",
    )
    aws_secret_access_key: Password = key(
        "Secret of the access key.",
        default=Password(""),
        importance=HIGH,
        group=S3,
        order=9,
        width=Width.LONG,
        display="AWS Secret Access Key",
    )
    s3_ssea_name: str = key(
        "Server side encryption: AES256, aws:kms or aws:kms:dsse; empty: as the bucket says.",
        default="",
        importance=LOW,
        group=S3,
        order=10,
        width=Width.LONG,
        display="S3 Server Side Encryption Algorithm",
        checks=[one_of("", "AES256", "aws:kms", "aws:kms:dsse")],
    )
    s3_sse_customer_key: Password = key(
        "Customer-provided key, 32 bytes in base64, with s3.ssea.name=AES256.",
        default=Password(""),
        importance=LOW,
        group=S3,
        order=11,
        width=Width.LONG,
        display="S3 Server Side Encryption Customer-Provided Key (SSE-C)",
    )
    s3_sse_kms_key_id: str = key(
        "KMS key, with s3.ssea.name=aws:kms.",
        default="",
        importance=LOW,
        group=S3,
        order=12,
        width=Width.LONG,
        display="S3 Server Side Encryption Key",
    )
    s3_acl_canned: str | None = key(
        "Canned ACL of objects: private, public-read, bucket-owner-full-control and others.",
        default=None,
        importance=LOW,
        group=S3,
        order=13,
        width=Width.LONG,
        display="S3 Canned ACL",
        checks=[optional(one_of(*_ACLS))],
    )
    s3_wan_mode: bool = key(
        "Use the accelerate endpoint.",
        default=False,
        importance=MEDIUM,
        group=S3,
        order=14,
        width=Width.LONG,
        display="S3 accelerated endpoint enabled",
    )
    s3_compression_type: str = key(
        "Compression of JSON and byte array files: none or gzip.",
        default="none",
        importance=LOW,
        group=S3,
        order=15,
        width=Width.LONG,
        display="Compression type",
        checks=[one_of("none", "gzip")],
    )
    s3_compression_level: int = key(
        "How hard gzip tries: 0 to 9, -1 is its default.",
        default=-1,
        importance=LOW,
        group=S3,
        order=16,
        width=Width.LONG,
        display="Compression Level",
        checks=[between(-1, 9)],
    )
    json_decimal_format: str = key(
        "Decimals in JSON: BASE64 of their bytes, or NUMERIC.",
        default="BASE64",
        importance=MEDIUM,
        group=S3,
        order=17,
        width=Width.MEDIUM,
        display="Decimal Format",
        checks=[one_of("BASE64", "NUMERIC", ignore_case=True)],
    )
    s3_part_retries: int = key(
        "How often a failed request is sent again before the failure counts.",
        default=3,
        importance=MEDIUM,
        group=S3,
        order=18,
        width=Width.LONG,
        display="S3 Part Upload Retries",
        checks=[at_least(0)],
    )
    s3_retry_backoff_ms: Long = key(
        "Wait before the first such retry in the original; here the AWS library's own backoff, which also doubles.",
        default=200,
        importance=LOW,
        group=S3,
        order=19,
        width=Width.SHORT,
        display="Retry Backoff (ms)",
        checks=[at_least(0)],
    )


class S3SinkConfig(FileSinkConfig, KeyAndHeaderKeys, WriteKeys, BucketKeys):
    """All keys of the connector."""

    @classmethod
    @override
    def cross_check(cls, values: Self) -> dict[str, list[str]]:
        """Besides the shared rules: encryption keys fit their algorithm, both or no keys, a way to reach the bucket."""
        errors = super().cross_check(values)
        if values.s3_sse_customer_key.value:
            problem = _customer_key_problem(values)
            if problem:
                error = ConfigError.invalid("s3.sse.customer.key", values.s3_sse_customer_key, problem)
                errors["s3.sse.customer.key"] = [str(error)]
        if bool(values.aws_access_key_id) != bool(values.aws_secret_access_key.value):
            message = "aws.access.key.id and aws.secret.access.key must be set together, or neither of them"
            errors["aws.access.key.id"] = errors["aws.secret.access.key"] = [message]
        return errors


def _customer_key_problem(values: S3SinkConfig) -> str | None:
    if values.s3_ssea_name != "AES256":
        return "Needs s3.ssea.name=AES256"
    try:
        size = len(base64.b64decode(values.s3_sse_customer_key.value, validate=True))
    except ValueError:
        size = 0
    return None if size == 32 else "Must be base64 of 32 bytes"
