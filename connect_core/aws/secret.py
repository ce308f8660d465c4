"""Secrets Manager: one secret as its JSON fields, read once per instance. Neighbour: `hosts.function` uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from connect_core.errors import ConfigError


@cache
def fields(arn: str) -> Mapping[str, str]:
    """The fields of a secret that holds a JSON object; ConfigError names the ARN, never a value."""
    import boto3

    text = boto3.client("secretsmanager").get_secret_value(SecretId=arn).get("SecretString") or ""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(f"The secret {arn} is no JSON object; expected fields such as username and password")
    return {str(key): str(value) for key, value in found.items()}
