"""Reconciling event source mappings: what is made, changed and removed, and that doing it again changes nothing."""

from __future__ import annotations

import pytest

from connect_core.aws.triggers import EventSourceMappings, TriggerSettings, alias_of, source_access
from connect_core.coordinator.ports import TriggerWish, alias_hash
from tests.unit.aws.stands import ARN, LambdaApi

SETTINGS = TriggerSettings(function="sink", bootstrap_servers=["b1:9092", "b2:9092"], batch_size=7)


def wish(name: str = "orders", *, topic: str = "t", group: str = "g", enabled: bool = True) -> dict[str, TriggerWish]:
    return {name: TriggerWish(topic=topic, group=group, enabled=enabled, alias=f"connector-{alias_hash(name)}")}


@pytest.fixture
def api() -> LambdaApi:
    return LambdaApi()


def reconcile(api: LambdaApi, wanted: dict[str, TriggerWish], settings: TriggerSettings = SETTINGS) -> list[str]:
    """What one reconciliation changed."""
    before = len(api.calls)
    EventSourceMappings(settings, api).reconcile(wanted)
    return [word for word, _ in api.calls[before:]]


def test_a_wish_becomes_an_alias_and_a_mapping(api: LambdaApi) -> None:
    assert reconcile(api, wish()) == ["create alias", "create"]
    (made,) = api.mappings
    assert made["FunctionArn"] == f"{ARN}sink:connector-{alias_hash('orders')}"
    assert made["Topics"] == ["t"]
    assert made["StartingPosition"] == "TRIM_HORIZON"
    assert made["BatchSize"] == 7
    assert made["SelfManagedEventSource"] == {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["b1:9092", "b2:9092"]}}
    assert made["SelfManagedKafkaEventSourceConfig"] == {"ConsumerGroupId": "g"}
    assert "MaximumBatchingWindowInSeconds" not in made


def test_again_changes_nothing(api: LambdaApi) -> None:
    reconcile(api, wish())
    assert reconcile(api, wish()) == []


def test_an_alias_left_by_a_lost_instance_is_taken(api: LambdaApi) -> None:
    api.names.append(f"connector-{alias_hash('orders')}")
    assert reconcile(api, wish()) == ["create"]


def test_pause_and_resume_keep_the_mapping(api: LambdaApi) -> None:
    reconcile(api, wish())
    assert reconcile(api, wish(enabled=False)) == ["disable"]
    assert reconcile(api, wish(enabled=False)) == []
    assert reconcile(api, wish()) == ["enable"]


def test_a_connector_that_never_ran_gets_no_mapping_yet(api: LambdaApi) -> None:
    assert reconcile(api, wish(enabled=False)) == []


def test_a_mapping_that_settles_is_left_alone(api: LambdaApi) -> None:
    reconcile(api, wish())
    api.slow_states = True
    assert reconcile(api, wish(enabled=False)) == ["disable"]
    assert api.mappings[0]["State"] == "Disabling"
    assert reconcile(api, wish()) == []
    api.mappings[0]["State"] = "Disabled"
    assert reconcile(api, wish()) == ["enable"]


def test_a_deleted_connector_loses_mapping_then_alias(api: LambdaApi) -> None:
    reconcile(api, wish())
    assert reconcile(api, {}) == ["delete"]
    assert reconcile(api, {}) == ["delete alias"]
    assert (api.mappings, api.names) == ([], [])


def test_the_alias_stays_while_its_mapping_ends(api: LambdaApi) -> None:
    reconcile(api, wish())
    api.slow_states = True
    assert reconcile(api, {}) == ["delete"]
    assert reconcile(api, {}) == []
    api.mappings.clear()
    assert reconcile(api, {}) == ["delete alias"]


@pytest.mark.parametrize("change", [{"topic": "other"}, {"group": "other"}])
def test_another_topic_or_group_needs_a_new_mapping(api: LambdaApi, change: dict[str, str]) -> None:
    reconcile(api, wish())
    assert reconcile(api, wish(**change)) == ["delete"]  # type: ignore[arg-type]
    assert reconcile(api, wish(**change)) == ["create"]  # type: ignore[arg-type]
    (made,) = api.mappings
    assert made["Topics"] == [change.get("topic", "t")]


def test_mappings_of_others_are_not_touched(api: LambdaApi) -> None:
    api.mappings.append({"UUID": "theirs", "FunctionArn": f"{ARN}sink:live", "State": "Enabled", "Topics": ["x"]})
    api.mappings.append({"UUID": "plain", "FunctionArn": f"{ARN}sink", "State": "Enabled", "Topics": ["x"]})
    api.names.append("live")
    assert reconcile(api, {}) == []


def test_one_bad_connector_does_not_hold_up_the_others(api: LambdaApi) -> None:
    api.refuse.add(f"connector-{alias_hash('a')}")
    reconcile(api, wish("a") | wish("b"))
    assert [mapping["FunctionArn"].rpartition(":")[2] for mapping in api.mappings] == [f"connector-{alias_hash('b')}"]


def test_a_second_mapping_on_one_alias_goes(api: LambdaApi) -> None:
    reconcile(api, wish())
    api.mappings.append(api.mappings[0] | {"UUID": "twin"})
    assert reconcile(api, wish()) == ["delete"]
    assert [mapping["UUID"] for mapping in api.mappings] != ["twin"]


def test_msk_goes_by_arn(api: LambdaApi) -> None:
    arn = "arn:aws:kafka:eu-west-1:1:cluster/c/u"
    settings = TriggerSettings(function="sink", cluster_arn=arn, window_s=0)
    reconcile(api, wish(), settings)
    (made,) = api.mappings
    assert made["EventSourceArn"] == arn
    assert made["AmazonManagedKafkaEventSourceConfig"] == {"ConsumerGroupId": "g"}
    assert made["MaximumBatchingWindowInSeconds"] == 0
    assert "SourceAccessConfigurations" not in made
    assert reconcile(api, wish(), settings) == []


ACCESS = [
    ("PLAINTEXT", "", "arn", []),
    ("SASL_SSL", "PLAIN", "arn", [("BASIC_AUTH", "arn"), ("SERVER_ROOT_CA_CERTIFICATE", "ca")]),
    ("SASL_PLAINTEXT", "SCRAM-SHA-256", "arn", [("SASL_SCRAM_256_AUTH", "arn")]),
    ("SASL_SSL", "SCRAM-SHA-512", "arn", [("SASL_SCRAM_512_AUTH", "arn"), ("SERVER_ROOT_CA_CERTIFICATE", "ca")]),
    ("SSL", "", "arn", [("CLIENT_CERTIFICATE_TLS_AUTH", "arn"), ("SERVER_ROOT_CA_CERTIFICATE", "ca")]),
    ("SASL_SSL", "AWS_MSK_IAM", "", [("SERVER_ROOT_CA_CERTIFICATE", "ca")]),
]


@pytest.mark.parametrize(("protocol", "mechanism", "secret", "expected"), ACCESS)
def test_access_follows_the_security_settings(
    protocol: str, mechanism: str, secret: str, expected: list[tuple[str, str]]
) -> None:
    found = source_access(
        protocol=protocol, mechanism=mechanism, secret_arn=secret, ca_arn="ca", subnets=["s-1"], groups=["g-1"]
    )
    network = [("VPC_SUBNET", "subnet:s-1"), ("VPC_SECURITY_GROUP", "security_group:g-1")]
    assert [(each["Type"], each["URI"]) for each in found] == network + expected


def test_the_alias_is_the_eighth_part_of_an_arn() -> None:
    assert alias_of(f"{ARN}sink") == ""
    assert alias_of(f"{ARN}sink:connector-1") == "connector-1"
