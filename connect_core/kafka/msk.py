"""Tokens for Amazon MSK's IAM authentication: a request URL signed for the broker, as an OAUTHBEARER token."""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from connect_core.errors import ConfigError

LIFETIME = 900  # seconds; the longest MSK accepts
_REGION = re.compile(r"\.(?:kafka|kafka-serverless)\.([a-z0-9-]+)\.amazonaws\.com")


def token_callback(given: Mapping[str, str], options: Mapping[str, str]) -> Callable[[str], tuple[str, float]]:
    """librdkafka's ``oauth_cb``: signs a new token with the credentials of the environment, profile or role."""
    region = _region(given)

    def token(_config: str) -> tuple[str, float]:
        return sign(region, _credentials(options, region))

    return token


def sign(region: str, credentials: Any) -> tuple[str, float]:
    """(token, expiry in epoch seconds): base64url of the signed URL, without padding."""
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    url = f"https://kafka.{region}.amazonaws.com/?Action=kafka-cluster%3AConnect"
    request = AWSRequest(method="GET", url=url)
    SigV4QueryAuth(credentials, "kafka-cluster", region, expires=LIFETIME).add_auth(request)
    signed = f"{request.url}&User-Agent=connectless"
    return base64.urlsafe_b64encode(signed.encode()).decode().rstrip("="), time.time() + LIFETIME


def _region(given: Mapping[str, str]) -> str:
    found = _REGION.search(given.get("bootstrap.servers", ""))
    region = found.group(1) if found else os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise ConfigError(
            "sasl.mechanism AWS_MSK_IAM needs the AWS region of the cluster: set AWS_REGION in the environment "
            "or use broker names of the form <name>.kafka.<region>.amazonaws.com"
        )
    return region


def _credentials(options: Mapping[str, str], region: str) -> Any:
    import boto3

    session = boto3.Session(profile_name=options.get("awsProfileName"))
    if role := options.get("awsRoleArn"):
        sts = session.client("sts", region_name=options.get("awsStsRegion", region))
        name = options.get("awsRoleSessionName", "connectless")
        found = sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
        session = boto3.Session(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    credentials = session.get_credentials()
    if credentials is None:
        raise ConfigError("sasl.mechanism AWS_MSK_IAM: no AWS credentials in the environment, profile or instance role")
    return credentials.get_frozen_credentials()
