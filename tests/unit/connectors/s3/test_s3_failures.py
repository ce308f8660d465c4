"""Which reaction an answer of S3 calls for, and that the text says what to do."""

from __future__ import annotations

import pytest
from botocore import exceptions

from connect_core.connectors.s3.failures import S3Failures
from connect_core.errors import ConnectError, Fatal, Retriable

FAILURES = S3Failures(bucket="bucket", endpoint="AWS, region eu-central-1")


def answered(code: str, status: int) -> exceptions.ClientError:
    return exceptions.ClientError(
        {"Error": {"Code": code, "Message": "As S3 puts it"}, "ResponseMetadata": {"HTTPStatusCode": status}},
        "PutObject",
    )


def reaction(error: Exception) -> ConnectError:
    with pytest.raises(ConnectError) as caught, FAILURES.named("PUT a/b.json", exists="a/b.json"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SlowDown", 503),
        ("InternalError", 500),
        ("Anything", 502),
        ("RequestTimeout", 400),
        ("OperationAborted", 409),
        ("ConditionalRequestConflict", 409),
        ("TooManyRequests", 429),
        ("PreconditionFailed", 412),
    ],
)
def test_what_may_pass_is_retriable(code: str, status: int) -> None:
    assert isinstance(reaction(answered(code, status)), Retriable)


@pytest.mark.parametrize(
    ("code", "status", "remedy"),
    [
        ("AccessDenied", 403, "allow s3:PutObject"),
        ("InvalidAccessKeyId", 403, "check aws.access.key.id and aws.secret.access.key, or the role"),
        ("SignatureDoesNotMatch", 403, "check aws.access.key.id"),
        ("ExpiredToken", 400, "give fresh ones"),
        ("NoSuchBucket", 404, "correct s3.bucket.name"),
        ("PermanentRedirect", 301, "correct s3.region"),
    ],
)
def test_what_will_not_pass_says_what_to_do(code: str, status: int, remedy: str) -> None:
    error = reaction(answered(code, status))
    assert isinstance(error, Fatal)
    assert remedy in str(error)
    assert f"PUT a/b.json in bucket 'bucket' at AWS, region eu-central-1 failed: {code} As S3 puts it" in str(error)


def test_an_unknown_refusal_is_final() -> None:
    error = reaction(answered("NewlyInvented", 400))
    assert isinstance(error, Fatal)
    assert str(error).endswith("NewlyInvented As S3 puts it (HTTP 400)")


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (exceptions.EndpointConnectionError(endpoint_url="https://user:pw@x"), Retriable, "check store.url"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), Retriable, "ReadTimeoutError"),
        (exceptions.ConnectionClosedError(endpoint_url="https://x"), Retriable, "no answer"),
        (exceptions.ProxyConnectionError(proxy_url="http://user:pw@x"), Retriable, "s3.proxy.url"),
        (exceptions.NoCredentialsError(), Fatal, "no credentials; check aws.access.key.id"),
        (exceptions.ParamValidationError(report="Invalid bucket name"), Fatal, "Invalid bucket name"),
    ],
)
def test_no_answer(error: Exception, kind: type[ConnectError], text: str) -> None:
    found = reaction(error)
    assert isinstance(found, kind)
    assert text in str(found)
    assert "pw" not in str(found)


def test_other_errors_are_not_ours() -> None:
    with pytest.raises(ZeroDivisionError), FAILURES.named("PUT"):
        raise ZeroDivisionError
