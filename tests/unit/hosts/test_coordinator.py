"""The coordinator function's settings of triggers, and which minute a tick is of."""

from __future__ import annotations

import time

import pytest

from connect_core.errors import ConfigError
from connect_core.hosts.coordinator import tick_time, trigger_settings
from connect_core.hosts.function import settings
from tests.unit.hosts.test_function import BASE

ENV = BASE | {"CONNECTLESS_SINK_TASK": "sink", "CONNECT_BOOTSTRAP_SERVERS": "a:1, b:2"}


def test_the_rule_says_which_minute_it_is() -> None:
    assert tick_time({"source": "aws.events", "time": "2026-11-21T10:00:30Z"}) == 1795255230.0


@pytest.mark.parametrize("event", [{}, {"time": None}, {"time": "soon"}])
def test_an_event_without_a_time_is_now(event: dict[str, object]) -> None:
    assert tick_time(event) == pytest.approx(time.time(), abs=5)


def test_triggers_get_the_same_way_to_kafka() -> None:
    env = ENV | {
        "CONNECT_SECURITY_PROTOCOL": "SASL_SSL",
        "CONNECT_SASL_MECHANISM": "AWS_MSK_IAM",
        "CONNECTLESS_SUBNETS": "s1,s2",
        "CONNECTLESS_SECURITY_GROUPS": "g1",
        "CONNECTLESS_BATCHING_WINDOW_S": "0",
        "CONNECTLESS_BATCH_SIZE": "50",
        "CONNECTLESS_MSK_CLUSTER_ARN": "arn:msk",
    }
    found = trigger_settings(env, settings(env))
    assert (found.function, found.cluster_arn, found.batch_size, found.window_s) == ("sink", "arn:msk", 50, 0)
    assert list(found.bootstrap_servers) == ["a:1", "b:2"]
    assert [each["URI"] for each in found.access] == ["subnet:s1", "subnet:s2", "security_group:g1"]


def test_numbers_are_checked() -> None:
    with pytest.raises(ConfigError, match="CONNECTLESS_BATCH_SIZE is 'many'"):
        trigger_settings(ENV | {"CONNECTLESS_BATCH_SIZE": "many"}, settings(ENV))


def test_a_variable_of_the_template_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match="CONNECTLESS_SINK_TASK is not set"):
        trigger_settings(BASE, settings(BASE))
