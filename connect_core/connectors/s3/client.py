"""The bucket: objects in, errors by the reaction they call for. botocore is imported when a store is made.

Small objects go in one request, larger ones in parts. Invariant: nothing is visible under a name before the last
request, and what that request says is the truth about durability (I2).
"""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any

from connect_core.connectors.s3.config import S3SinkConfig
from connect_core.connectors.s3.failures import S3Failures
from connect_core.connectors.s3.session import client_of
from connect_core.errors import ConnectError, Fatal

log = logging.getLogger(__name__)

CONTENT_TYPE = "binary/octet-stream"
END_OFFSET = "connectless-end-offset"
"""Object metadata with the offset that follows the last record; only on conditionally written objects."""


class S3Store:
    """files.open_file.Store over one bucket."""

    def __init__(self, config: S3SinkConfig) -> None:
        self.client: Any = client_of(config)
        self.bucket, self.part_size = config.s3_bucket_name, config.s3_part_size
        self.conditional = config.enable_conditional_writes and config.rotate_schedule_interval_ms > 0
        self.failures = S3Failures(bucket=self.bucket, endpoint=config.store_url or f"AWS, region {config.s3_region}")
        self.digest = config.s3_send_digest
        self.encryption = _encryption(config)
        self.object_options = _object_options(config) | self.encryption
        self.part_options = {k: v for k, v in self.encryption.items() if k.startswith("SSECustomer")}
        self._tags = _tags(config)
        self._tag_errors_fail = config.s3_object_behavior_on_tagging_error.lower() == "fail"
        self._replaceable: set[str] = set()
        self.blind = False
        """The role may write but not look: what an existing object holds stays unknown."""

    def check_bucket(self) -> None:
        """Raise unless the bucket exists; one that answers 403 or 301 does."""
        with self.failures.named("HEAD bucket"):
            try:
                self.client.head_bucket(Bucket=self.bucket)
            except self.client.exceptions.ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status == 404:
                    raise Fatal(
                        f"S3 bucket '{self.bucket}' does not exist at {self.failures.endpoint}: create it, or correct "
                        "s3.bucket.name, s3.region or store.url"
                    ) from None
                if status not in (301, 403):
                    raise

    def upload(self, name: str) -> S3Upload:
        """Begin an object."""
        return S3Upload(self, name, conditional=self.conditional and name not in self._replaceable)

    def end_of(self, name: str) -> int | None:
        """What an existing object says it holds; one that does not say (not written by us) may be replaced."""
        with self.failures.named(f"HEAD {name}"):
            try:
                found = self.client.head_object(Bucket=self.bucket, Key=name, **self.part_options)
            except self.client.exceptions.ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status not in (403, 404):
                    raise
                self.blind = self.blind or status == 403  # S3 says so of missing objects too, without s3:ListBucket
                return None
        end = found["Metadata"].get(END_OFFSET, "")
        if end.isdecimal():
            return int(end)
        self._replaceable.add(name)
        return None

    def tag(self, name: str, *, start: int, end: int, count: int) -> None:
        """Put the configured tags on an object."""
        if self._tags is None:
            return
        tags = {"startOffset": str(start), "endOffset": str(end - 1), "recordCount": str(count)} | self._tags
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        try:
            with self.failures.named(f"PUT tags of {name}"):
                self.client.put_object_tagging(Bucket=self.bucket, Key=name, Tagging={"TagSet": listed})
        except ConnectError as error:
            if self._tag_errors_fail:
                raise
            log.warning("Unable to tag S3 object %s, going on: %s", name, error)

    def close(self) -> None:
        """Release connections."""
        self.client.close()


class S3Upload:
    """One object; parts are sent as soon as they are full, unless the object must be known whole (conditional)."""

    def __init__(self, store: S3Store, name: str, *, conditional: bool) -> None:
        self._store, self._name, self._conditional = store, name, conditional
        self._held: list[bytes] = []
        self._size = 0
        self._id: str | None = None
        self._parts: list[dict[str, Any]] = []

    def feed(self, data: bytes) -> None:
        """More content."""
        self._held.append(data)
        self._size += len(data)
        if self._size >= self._store.part_size and not self._conditional:
            self._send_parts({})

    def finish(self, data: bytes, *, start: int, end: int, count: int) -> None:
        """The last content; durable on return. Retriable when another writer's object stands there already."""
        self._held.append(data)
        self._size += len(data)
        condition = {"IfNoneMatch": "*"} if self._conditional else {}
        metadata = {"Metadata": {END_OFFSET: str(end)}} if self._store.conditional else {}
        with self._store.failures.named(f"PUT {self._name}", exists=self._name, blind=self._store.blind):
            if self._id is None and self._size <= self._store.part_size:
                self._put(b"".join(self._held), condition | metadata)
            else:
                self._send_parts(metadata)
                self._send(b"".join(self._held))
                self._complete(condition)
        self._held, self._id = [], None
        self._store.tag(self._name, start=start, end=end, count=count)

    def abort(self) -> None:
        """Forget the parts sent so far."""
        upload, self._id = self._id, None
        self._held, self._size = [], 0
        if upload is None:
            return
        try:
            with self._store.failures.named(f"abort of {self._name}"):
                self._store.client.abort_multipart_upload(Bucket=self._store.bucket, Key=self._name, UploadId=upload)
        except ConnectError as error:
            log.warning("An unfinished upload stays in the bucket until its lifecycle rules remove it: %s", error)

    def _put(self, body: bytes, options: dict[str, Any]) -> None:
        store = self._store
        store.client.put_object(
            Bucket=store.bucket,
            Key=self._name,
            Body=body,
            ContentType=CONTENT_TYPE,
            **store.object_options,
            **self._digest(body),
            **options,
        )

    def _send_parts(self, options: dict[str, Any]) -> None:
        """Send full parts and keep the rest, which is never empty: the last part must exist."""
        content = memoryview(b"".join(self._held))
        size = self._store.part_size
        with self._store.failures.named(f"PUT part of {self._name}"):
            if self._id is None:
                self._begin(options)
            while len(content) > size:
                self._send(bytes(content[:size]))
                content = content[size:]
        self._held, self._size = [bytes(content)], len(content)

    def _begin(self, options: dict[str, Any]) -> None:
        store = self._store
        answer = store.client.create_multipart_upload(
            Bucket=store.bucket, Key=self._name, ContentType=CONTENT_TYPE, **store.object_options, **options
        )
        self._id = answer["UploadId"]

    def _send(self, body: bytes) -> None:
        store, number = self._store, len(self._parts) + 1
        answer = store.client.upload_part(
            Bucket=store.bucket,
            Key=self._name,
            UploadId=self._id,
            PartNumber=number,
            Body=body,
            **store.part_options,
            **self._digest(body),
        )
        self._parts.append({"ETag": answer["ETag"], "PartNumber": number})

    def _complete(self, condition: dict[str, str]) -> None:
        self._store.client.complete_multipart_upload(
            Bucket=self._store.bucket,
            Key=self._name,
            UploadId=self._id,
            MultipartUpload={"Parts": self._parts},
            **condition,
        )

    def _digest(self, body: bytes) -> dict[str, str]:
        if not self._store.digest:
            return {}
        return {"ContentMD5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()}


def _object_options(config: S3SinkConfig) -> dict[str, Any]:
    return {"ACL": config.s3_acl_canned} if config.s3_acl_canned else {}


def _encryption(config: S3SinkConfig) -> dict[str, Any]:
    if config.s3_sse_customer_key.value:
        key = base64.b64decode(config.s3_sse_customer_key.value)
        return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": key}
    if not config.s3_ssea_name:
        return {}
    options = {"ServerSideEncryption": config.s3_ssea_name}
    return options | ({"SSEKMSKeyId": config.s3_sse_kms_key_id} if config.s3_sse_kms_key_id else {})


def _tags(config: S3SinkConfig) -> dict[str, str] | None:
    if not config.s3_object_tagging:
        return None
    pairs = (pair.partition(":") for pair in config.s3_object_tagging_key_value_pairs)
    return {tag.strip(): value.strip() for tag, _, value in pairs}
