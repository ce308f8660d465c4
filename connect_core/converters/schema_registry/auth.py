"""Credentials towards a registry, by ``basic.auth.credentials.source`` and ``bearer.auth.credentials.source``.

The result is a function that gives the headers of one request. No value is ever logged or put into an error.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from connect_core.converters.schema_registry.config import RegistryAccessConfig
from connect_core.errors import ConfigError, Retriable

type RequestHeaders = Callable[[], Mapping[str, str]]

_BASIC, _BEARER = "basic.auth.credentials.source", "bearer.auth.credentials.source"
_OPTION = re.compile(r"([\w.]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s;]+)")


def credentials(config: RegistryAccessConfig, fetch: Callable[..., httpx.Response]) -> RequestHeaders:
    """Headers that sign a request in; ``fetch`` posts to a token server."""
    basic, bearer = config.originals.get(_BASIC), config.originals.get(_BEARER)
    if basic and bearer:
        raise ConfigError(f"Only one of '{_BASIC}' and '{_BEARER}' may be specified")
    if bearer:
        return _bearer(config, bearer, fetch)
    source = basic or config.basic_auth_credentials_source
    if source == "URL":
        return dict  # the transport takes user and password from the URL it uses
    if source == "USER_INFO":
        user_info = config.schema_registry_basic_auth_user_info.value or config.basic_auth_user_info.value
        if not user_info:
            raise ConfigError(f"UserInfo must be provided when {_BASIC} is set to USER_INFO")
        return _constant(basic_header(user_info))
    if source == "SASL_INHERIT":
        options = _jaas_options(config.originals.get("sasl.jaas.config", ""))
        if "username" not in options:
            raise ConfigError(
                "Provided SASL Login module doesn't provide username and password options and can't be inherited"
            )
        return _constant(basic_header(f"{options['username']}:{options.get('password', '')}"))
    raise ConfigError.invalid(_BASIC, source, "use one of URL, USER_INFO, SASL_INHERIT")


def basic_header(user_info: str) -> dict[str, str]:
    """The header of ``user:password``."""
    return {"Authorization": f"Basic {base64.b64encode(user_info.encode()).decode()}"}


def _constant(headers: Mapping[str, str]) -> RequestHeaders:
    return lambda: headers


def _bearer(config: RegistryAccessConfig, source: str, fetch: Callable[..., httpx.Response]) -> RequestHeaders:
    extra = {
        name: value
        for name, value in (
            ("target-sr-cluster", config.bearer_auth_logical_cluster),
            ("Confluent-Identity-Pool-Id", config.bearer_auth_identity_pool_id),
        )
        if value
    }
    if source == "STATIC_TOKEN":
        if not config.bearer_auth_token.value:
            raise ConfigError(f"Token must be provided via bearer.auth.token when {_BEARER} is set to STATIC_TOKEN")
        return _constant({"Authorization": f"Bearer {config.bearer_auth_token.value}", **extra})
    if source == "OAUTHBEARER":
        secret = config.bearer_auth_client_secret
        tokens = _Tokens(
            fetch,
            endpoint=_needed(config.bearer_auth_issuer_endpoint_url, "bearer.auth.issuer.endpoint.url"),
            client=_needed(config.bearer_auth_client_id, "bearer.auth.client.id"),
            secret=_needed(secret.value if secret else None, "bearer.auth.client.secret"),
            scope=config.bearer_auth_scope,
            margin=config.bearer_auth_cache_expiry_buffer_seconds,
        )
    elif source == "SASL_OAUTHBEARER_INHERIT":
        options = _jaas_options(config.originals.get("sasl.jaas.config", ""))
        given = config.originals
        tokens = _Tokens(
            fetch,
            endpoint=_needed(given.get("sasl.oauthbearer.token.endpoint.url"), "sasl.oauthbearer.token.endpoint.url"),
            client=_needed(options.get("clientId"), "sasl.jaas.config option clientId"),
            secret=_needed(options.get("clientSecret"), "sasl.jaas.config option clientSecret"),
            scope=options.get("scope"),
            margin=config.bearer_auth_cache_expiry_buffer_seconds,
        )
    else:
        raise ConfigError.invalid(_BEARER, source, "use one of STATIC_TOKEN, OAUTHBEARER, SASL_OAUTHBEARER_INHERIT")
    return lambda: {"Authorization": f"Bearer {tokens.current()}", **extra}


def _needed(value: str | None, key: str) -> str:
    if not value:
        raise ConfigError(f'Missing required configuration "{key}": the credentials source in use needs it')
    return value


def _jaas_options(line: str) -> dict[str, str]:
    found = {}
    for name, value in _OPTION.findall(line):
        found[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] in "\"'" else value
    return found


class _Tokens:
    """Client credentials of an OAuth server, fetched when needed and kept until shortly before they end."""

    def __init__(
        self, fetch: Callable[..., httpx.Response], *, endpoint: str, client: str, secret: str, scope: str | None,
        margin: int,
    ) -> None:  # fmt: skip
        self._fetch, self._endpoint, self._client, self._secret = fetch, endpoint, client, secret
        self._scope, self._margin = scope, margin
        self._token, self._until = "", 0.0

    def current(self) -> str:
        """A valid token; Retriable while the server does not give one."""
        if time.monotonic() >= self._until:
            self._renew()
        return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials", **({"scope": self._scope} if self._scope else {})}
        try:
            answer = self._fetch(self._endpoint, data=form, headers=basic_header(f"{self._client}:{self._secret}"))
            answer.raise_for_status()
            fields: dict[str, Any] = answer.json()
            self._token = str(fields["access_token"])
        except (httpx.HTTPError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise Retriable(f"No token from {self._endpoint}: {type(error).__name__}") from error
        self._until = time.monotonic() + max(float(fields.get("expires_in", 0)) - self._margin, 0)
