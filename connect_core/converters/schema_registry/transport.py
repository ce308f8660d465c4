"""HTTP to one or more registries: fail over, retry, sign in; answers as parsed JSON, errors as RestError.

An attempt at every URL is repeated up to ``max.retries`` times with full jitter, then the next URL is tried and
remembered. Neighbours: ``auth`` signs requests, ``tls`` makes the TLS context, ``client`` knows the endpoints.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from connect_core.converters.schema_registry import auth, tls
from connect_core.converters.schema_registry.config import RegistryAccessConfig
from connect_core.converters.schema_registry.errors import RestError, TimedOut, Unreachable
from connect_core.errors import ConfigError
from connect_core.java.charsets import encode_utf8

_RETRIED = frozenset((408, 429, 500, 502, 503, 504))
_TYPE = "application/vnd.schemaregistry.v1+json"
_ACCEPT = f"{_TYPE}; q=0.9, application/json; q=0.5"
_UNREADABLE = 50005
_HEADER_PREFIX = "request.header."


class Transport:
    """Requests to the configured registries; safe to share by the threads of a process."""

    def __init__(self, config: RegistryAccessConfig, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._urls = [_Url.parse(text) for text in config.schema_registry_url]
        if not self._urls:
            raise ConfigError("Missing registry base url")
        self._current = random.randrange(len(self._urls)) if config.schema_registry_url_randomize else 0  # noqa: S311
        self._retries, self._wait = config.max_retries, config.retries_wait_ms
        self._longest_wait = config.retries_max_wait_ms
        self._sleep = sleep
        secure = any(url.base.startswith("https:") for url in self._urls)
        proxied = config.proxy_host and config.proxy_port > 0
        self._http = httpx.Client(
            timeout=httpx.Timeout(config.http_read_timeout_ms / 1000, connect=config.http_connect_timeout_ms / 1000),
            verify=tls.context(config) if secure else False,  # no context to build where none is used
            proxy=f"http://{config.proxy_host}:{config.proxy_port}" if proxied else None,
            headers=_encoded({"Content-Type": _TYPE, "Accept": _ACCEPT, **config.with_prefix(_HEADER_PREFIX)}),
            trust_env=False,
        )
        self._signed = auth.credentials(config, self._http.post)

    def request(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON answer; RestError for the registry's errors, TimedOut or Unreachable if there is no answer."""
        for _ in range(len(self._urls) - 1):
            url = self._urls[self._current]
            try:
                return self._retried(url, method, path, query, body)
            except RestError as error:
                if error.status not in _RETRIED:
                    raise
            except (TimedOut, Unreachable):
                pass
            self._current = (self._urls.index(url) + 1) % len(self._urls)
        return self._retried(self._urls[self._current], method, path, query, body)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _retried(self, url: _Url, method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Any:
        for attempt in range(max(self._retries, 0)):
            try:
                return self._send(url, method, path, query, body)
            except RestError as error:
                if error.status not in _RETRIED:
                    raise
            except (TimedOut, Unreachable):
                pass
            ceiling = min(self._wait * 2**attempt, self._longest_wait)
            self._sleep(random.uniform(0, max(ceiling, 0)) / 1000)  # noqa: S311 - jitter
        return self._send(url, method, path, query, body)

    def _send(self, url: _Url, method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Any:
        headers = {**url.headers, **self._signed()}
        try:
            answer = self._http.request(method, url.base + path, params=query, content=_bytes(body), headers=headers)
        except httpx.TimeoutException as error:
            raise TimedOut(f"{url.base} did not answer in time") from error
        except httpx.HTTPError as error:
            raise Unreachable(f"{url.base} cannot be reached: {error}") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise ConfigError.invalid("schema.registry.url", url.base, str(error)) from error
        if answer.status_code == 204:
            return None
        try:
            parsed = answer.json()
        except ValueError:
            parsed = None
        if answer.status_code in (200, 207) and parsed is not None:
            return parsed
        raise _refused(answer, parsed)


def _encoded(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in headers.items()}


def _bytes(body: Any) -> bytes | None:
    """JSON as Java sends it: half a surrogate pair becomes a question mark."""
    return None if body is None else encode_utf8(json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def _refused(answer: httpx.Response, parsed: Any) -> RestError:
    if isinstance(parsed, dict) and "error_code" in parsed:
        return RestError(str(parsed.get("message")), answer.status_code, int(parsed["error_code"]))
    text = f"Unable to parse error message from schema registry: '({answer.text})'" if answer.text else "Error"
    return RestError(text, answer.status_code, _UNREADABLE)


class _Url:
    """One base URL without a slash at its end, and the header of the user and password that stood in it."""

    __slots__ = ("base", "headers")

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        self.base, self.headers = base, headers

    @classmethod
    def parse(cls, text: str) -> _Url:
        """The URL; ConfigError if it is none."""
        scheme, mark, rest = text.partition("://")
        if not mark or scheme not in ("http", "https") or not rest:
            shown = text.rpartition("@")[2]  # a password may stand before it
            raise ConfigError.invalid("schema.registry.url", shown, "expected http://host:port or https://host:port")
        host, slash, path = rest.partition("/")
        user, at, host = host.rpartition("@")
        headers = auth.basic_header(user) if at else {}  # as it stands there, as in the original
        return cls(f"{scheme}://{host}{slash}{path}".rstrip("/"), headers)
