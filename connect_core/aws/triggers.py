"""The coordinator's Triggers on AWS: one event source mapping per Kafka-triggered sink, on an alias of its own.

The alias ``connector-<hash>`` is one of ``$LATEST``: it follows deployments, and its name in the invoked ARN tells the
function which connector the records are for. Everything that exists is read before anything is changed, so a
reconciliation may be repeated or interrupted at any point (I7). Offsets stay in the consumer group.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connect_core.coordinator.ports import TriggerWish

LOG = logging.getLogger(__name__)
ALIAS = "connector-"
SETTLING = ("Creating", "Enabling", "Disabling", "Updating")
"""States in which a mapping takes no change; the next tick looks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSettings:
    """How mappings reach Kafka: by bootstrap servers and access configurations, or by the ARN of an MSK cluster."""

    function: str
    bootstrap_servers: Sequence[str] = ()
    cluster_arn: str = ""
    access: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    batch_size: int = 1000
    window_s: int | None = None
    """None: Lambda's own half second, which cannot be said in seconds."""


def source_access(
    *,
    protocol: str,
    mechanism: str,
    secret_arn: str,
    ca_arn: str,
    subnets: Sequence[str],
    groups: Sequence[str],
) -> list[dict[str, str]]:
    """SourceAccessConfigurations of a self-managed cluster, from the worker's own security settings."""
    found = [{"Type": "VPC_SUBNET", "URI": f"subnet:{name}"} for name in subnets]
    found += [{"Type": "VPC_SECURITY_GROUP", "URI": f"security_group:{name}"} for name in groups]
    if protocol.startswith("SASL") and secret_arn:
        kinds = {"SCRAM-SHA-256": "SASL_SCRAM_256_AUTH", "SCRAM-SHA-512": "SASL_SCRAM_512_AUTH"}
        found.append({"Type": kinds.get(mechanism, "BASIC_AUTH"), "URI": secret_arn})
    elif protocol == "SSL" and secret_arn:
        found.append({"Type": "CLIENT_CERTIFICATE_TLS_AUTH", "URI": secret_arn})
    if protocol.endswith("SSL") and ca_arn:
        found.append({"Type": "SERVER_ROOT_CA_CERTIFICATE", "URI": ca_arn})
    return found


class EventSourceMappings:
    """coordinator.ports.Triggers."""

    def __init__(self, settings: TriggerSettings, client: Any = None) -> None:
        self._settings, self._made = settings, client

    @property
    def _client(self) -> Any:
        if self._made is None:
            import boto3

            self._made = boto3.client("lambda")
        return self._made

    def reconcile(self, wanted: Mapping[str, TriggerWish]) -> None:
        """Make mappings and aliases match; whatever else hangs on a ``connector-`` alias of the function goes.

        One bad connector never holds up the others: its error is logged and the next tick tries again.
        """
        found = list(self._found())
        by_alias = {wish.alias: wish for wish in wanted.values()}
        kept: set[str] = set()
        for mapping in found:
            alias = alias_of(mapping["FunctionArn"])
            wish = by_alias.get(alias)
            if wish is None or alias in kept or not self._fits(mapping, wish):
                self._try(alias, self._delete, mapping)
                if wish is not None and mapping["State"] != "Deleting":
                    kept.add(alias)  # its group must be free first: the next tick makes the new one
                continue
            kept.add(alias)
            self._try(alias, self._switch, mapping, wish)
        for alias in sorted(by_alias.keys() - kept):
            if by_alias[alias].enabled:  # what is not to run needs no mapping yet
                self._try(alias, self._create, by_alias[alias])
        self._forget_aliases(by_alias.keys() | {alias_of(mapping["FunctionArn"]) for mapping in found})

    def _try(self, alias: str, action: Any, *arguments: Any) -> None:
        try:
            action(*arguments)
        except Exception as error:  # noqa: BLE001 - botocore's errors are made at run time
            LOG.warning("Trigger %s is left to the next tick: %s", alias, error)

    def _create(self, wish: TriggerWish) -> None:
        from botocore.exceptions import ClientError

        own = self._settings
        try:
            self._client.create_alias(FunctionName=own.function, Name=wish.alias, FunctionVersion="$LATEST")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceConflictException":  # it is there already
                raise
        window = {} if own.window_s is None else {"MaximumBatchingWindowInSeconds": own.window_s}
        self._client.create_event_source_mapping(
            FunctionName=f"{own.function}:{wish.alias}",
            Topics=[wish.topic],
            StartingPosition="TRIM_HORIZON",
            BatchSize=own.batch_size,
            Enabled=True,
            **window,
            **self._place(wish.group),
        )
        LOG.info("Records of topic %s trigger %s as group %s", wish.topic, wish.alias, wish.group)

    def _place(self, group: str) -> dict[str, Any]:
        own = self._settings
        if own.cluster_arn:
            configured = {"AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": group}}
            return {"EventSourceArn": own.cluster_arn, **configured, **self._msk_access()}
        return {
            "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": list(own.bootstrap_servers)}},
            "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": group},
            "SourceAccessConfigurations": [dict(each) for each in own.access],
        }

    def _msk_access(self) -> dict[str, Any]:
        """MSK knows its network; IAM is what is meant where no mechanism is named."""
        allowed = ("SASL_SCRAM_512_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH")
        named = [dict(each) for each in self._settings.access if each["Type"] in allowed]
        return {"SourceAccessConfigurations": named} if named else {}

    def _fits(self, mapping: Mapping[str, Any], wish: TriggerWish) -> bool:
        """Topic and group of a mapping cannot be changed."""
        place = mapping.get("SelfManagedKafkaEventSourceConfig") or mapping.get("AmazonManagedKafkaEventSourceConfig")
        return list(mapping.get("Topics") or ()) == [wish.topic] and (place or {}).get("ConsumerGroupId") == wish.group

    def _switch(self, mapping: Mapping[str, Any], wish: TriggerWish) -> None:
        state = mapping["State"]
        if state in SETTLING or state == "Deleting" or (state == "Enabled") == wish.enabled:
            return
        self._client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=wish.enabled)
        LOG.info("Trigger %s is %s", wish.alias, "enabled" if wish.enabled else "disabled")

    def _delete(self, mapping: Mapping[str, Any]) -> None:
        if mapping["State"] != "Deleting":
            self._client.delete_event_source_mapping(UUID=mapping["UUID"])
            LOG.info("Trigger %s of topics %s is deleted", alias_of(mapping["FunctionArn"]), mapping.get("Topics"))

    def _found(self) -> Iterator[Mapping[str, Any]]:
        return mappings(self._client, self._settings.function)

    def _forget_aliases(self, in_use: set[str]) -> None:
        """Aliases without a connector and without a mapping: a mapping that still ends needs its own."""
        for name in aliases(self._client, self._settings.function):
            if name not in in_use:
                self._try(name, self._delete_alias, name)

    def _delete_alias(self, name: str) -> None:
        self._client.delete_alias(FunctionName=self._settings.function, Name=name)


def alias_of(arn: str) -> str:
    """The qualifier of a function's ARN (arn:aws:lambda:region:account:function:name[:qualifier]); "" without one."""
    parts = arn.split(":")
    return parts[7] if len(parts) > 7 else ""


def mappings(client: Any, function: str) -> Iterator[Mapping[str, Any]]:
    """All mappings on ``connector-`` aliases of the function."""
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
    for page in pages:
        for mapping in page["EventSourceMappings"]:
            if alias_of(mapping["FunctionArn"]).startswith(ALIAS):
                yield mapping


def aliases(client: Any, function: str) -> list[str]:
    """All ``connector-`` aliases of the function."""
    pages = client.get_paginator("list_aliases").paginate(FunctionName=function)
    return [each["Name"] for page in pages for each in page["Aliases"] if each["Name"].startswith(ALIAS)]
