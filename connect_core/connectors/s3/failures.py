"""Errors of the AWS library as reactions: what may pass is Retriable, the rest says what to do. Never a secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connect_core.errors import ConnectError, Fatal, Retriable

_PASSING = frozenset(
    {
        "ConditionalRequestConflict",
        "InternalError",
        "OperationAborted",
        "RequestLimitExceeded",
        "RequestTimeTooSkewed",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_CREDENTIALS = "check aws.access.key.id and aws.secret.access.key, or the role this task runs with"
_REMEDIES = {
    "AccessDenied": "allow s3:PutObject and s3:AbortMultipartUpload on the bucket, and s3:GetObject if conditional",
    "AllAccessDisabled": "enable access to the bucket",
    "ExpiredToken": "the session credentials have expired, give fresh ones",
    "InvalidAccessKeyId": _CREDENTIALS,
    "InvalidToken": _CREDENTIALS,
    "KMS.NotFoundException": "correct s3.sse.kms.key.id",
    "NoSuchBucket": "create the bucket, or correct s3.bucket.name, s3.region or store.url",
    "PermanentRedirect": "the bucket lies in another region, correct s3.region",
    "AuthorizationHeaderMalformed": "the bucket lies in another region, correct s3.region",
    "SignatureDoesNotMatch": _CREDENTIALS,
    "InvalidArgument": "check s3.ssea.name, s3.sse.kms.key.id and s3.acl.canned",
    "AccessControlListNotSupported": "the bucket does not take ACLs, remove s3.acl.canned",
}


class S3Failures:
    """Knows what the errors are about."""

    def __init__(self, *, bucket: str, endpoint: str) -> None:
        self.bucket, self.endpoint = bucket, endpoint

    @contextmanager
    def named(self, request: str, *, exists: str | None = None, blind: bool = False) -> Iterator[None]:
        """Turn errors of the library inside into ours; ``exists`` names the object that a 412 is about.

        ``blind``: nobody may look into that object, so going on behind it is impossible.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise self._of_answer(error, request, None if blind else exists) from None
        except BotoCoreError as error:
            raise self._of_client(error, request) from None

    def _of_answer(self, error: Exception, request: str, exists: str | None) -> ConnectError:
        response = getattr(error, "response", {})
        code = str(response.get("Error", {}).get("Code", ""))
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code == "PreconditionFailed" or status == 412:
            if exists is None:
                return Fatal(
                    f"{request}: the object is in bucket '{self.bucket}' already, and what it holds cannot be seen: "
                    "allow s3:GetObject and s3:ListBucket, or set enable.conditional.writes=false to replace it"
                )
            return Retriable(f"S3 object {exists} exists already in bucket '{self.bucket}': going on behind it")
        reason = f"{code} {response.get('Error', {}).get('Message', '')}".strip()
        text = f"{request} in bucket '{self.bucket}' at {self.endpoint} failed: {reason} (HTTP {status})"
        if code in _PASSING or status >= 500 or status == 429:
            return Retriable(text)
        remedy = _REMEDIES.get(code)
        return Fatal(f"{text}: {remedy}" if remedy else text)

    def _of_client(self, error: Exception, request: str) -> ConnectError:
        from botocore import exceptions

        text = f"{request} in bucket '{self.bucket}' at {self.endpoint} failed: {type(error).__name__}"
        if isinstance(error, (exceptions.HTTPClientError, exceptions.ConnectionError)):
            return Retriable(f"{text}: no answer; check store.url, s3.region, s3.proxy.url and the network")
        if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
            return Fatal(f"{text}: no credentials; {_CREDENTIALS}")
        return Fatal(f"{text}: {error}")
