"""An S3 client by the connector's config: endpoint, credentials, retries, proxy.

botocore, the half of boto3 that is needed: the other half costs a cold start a quarter of a second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from connect_core.connectors.files.choices import simple_name
from connect_core.connectors.s3.config import S3SinkConfig
from connect_core.errors import ConfigError

PROVIDER = "s3.credentials.provider."
_DEFAULTS = ("DefaultCredentialsProvider", "DefaultAWSCredentialsProviderChain")
_ASSUME_ROLE = "AwsAssumeRoleCredentialsProvider"


def client_of(config: S3SinkConfig) -> Any:
    """An S3 client; nothing is sent yet."""
    from botocore.config import Config as BotoConfig
    from botocore.exceptions import InvalidRegionError
    from botocore.session import Session

    session = Session()
    session.register_component("data_loader", _service_models())
    session.set_config_variable("region", config.s3_region)
    if keys := _keys(config):
        session.set_credentials(*keys)
    _use_provider(session, config)
    try:
        return session.create_client("s3", endpoint_url=config.store_url or None, config=BotoConfig(**_options(config)))
    except InvalidRegionError:
        raise ConfigError.invalid("s3.region", config.s3_region, "Expected a region as eu-central-1") from None
    except ValueError:
        raise ConfigError.invalid("store.url", config.store_url, "Expected a URL as https://host:port") from None


def _options(config: S3SinkConfig) -> dict[str, Any]:
    digests = "when_required"  # S3's newer checksums are more than the original sends, and older stores refuse them
    return {
        "connect_timeout": 10,
        "retries": {"mode": "standard", "total_max_attempts": config.s3_part_retries + 1},
        "s3": {
            "addressing_style": "path" if _path_style(config) else "virtual",
            "use_accelerate_endpoint": config.s3_wan_mode,
        },
        "proxies": _proxies(config),
        "request_checksum_calculation": digests,
        "response_checksum_validation": digests,
    }


def _path_style(config: S3SinkConfig) -> bool:
    return config.s3_path_style_access_enabled and not config.s3_wan_mode


@lru_cache(maxsize=1)
def _service_models() -> Any:
    """AWS's description of itself, read once per process: 0.15 s for each client otherwise."""
    from botocore.loaders import Loader

    return Loader()


def _keys(config: S3SinkConfig) -> tuple[str, str] | None:
    """Keys of the config come before any provider, as in the original."""
    secret = config.aws_secret_access_key.value
    return (config.aws_access_key_id, secret) if config.aws_access_key_id and secret else None


def _use_provider(session: Any, config: S3SinkConfig) -> None:
    name = simple_name(config.s3_credentials_provider_class)
    if name in _DEFAULTS or _keys(config):
        return
    if name != _ASSUME_ROLE:
        raise ConfigError.invalid(
            "s3.credentials.provider.class",
            config.s3_credentials_provider_class,
            f"Expected {_DEFAULTS[0]} or {_ASSUME_ROLE}",
        )
    _assume_role(session, config)


def _assume_role(session: Any, config: S3SinkConfig) -> None:
    """Let the session take a role, and take it again before it expires."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    given = config.with_prefix(PROVIDER)
    if not given.get("sts.role.arn"):
        raise ConfigError(
            f'Missing required configuration "{PROVIDER}sts.role.arn" which has no default value. '
            f"{_ASSUME_ROLE} needs the role to take."
        )
    extra = {"RoleSessionName": given.get("sts.role.session.name") or "connectless"}
    if given.get("sts.role.external.id"):
        extra["ExternalId"] = given["sts.role.external.id"]
    region = given.get("sts.region") or config.s3_region
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda service, **options: session.create_client(service, **(options | {"region_name": region})),
        source_credentials=session.get_credentials(),
        role_arn=given["sts.role.arn"],
        extra_args=extra,
    )
    session._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - there is no public way to install these
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )


def _proxies(config: S3SinkConfig) -> dict[str, str] | None:
    url = config.s3_proxy_url
    if not url:
        return None
    scheme, colon, rest = url.partition("://")
    if not colon:
        scheme, rest = "http", url
    if config.s3_proxy_user:
        secret = quote(config.s3_proxy_password.value, safe="")
        rest = f"{quote(config.s3_proxy_user, safe='')}:{secret}@{rest}"
    return dict.fromkeys(("http", "https"), f"{scheme}://{rest}")
