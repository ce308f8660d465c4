"""Host of the coordinator function: REST by function URL, the minute's tick, results of connector slices.

The coordinator is made by the first event and kept warm; it remembers nothing that matters (I7). Neighbours: `control`
builds it, `aws` implements its ports, `rest.function_url` speaks HTTP.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from connect_core.aws import calls
from connect_core.aws.invoke import Functions, LambdaDispatcher
from connect_core.aws.triggers import EventSourceMappings, TriggerSettings, source_access
from connect_core.coordinator.catalog import PluginCatalog
from connect_core.coordinator.decide import TaskConfigs
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import FUNCTIONS, Rejected
from connect_core.errors import ConfigError
from connect_core.hosts import control, function
from connect_core.hosts.settings import WorkerSettings
from connect_core.rest import function_url
from connect_core.rest.http import Router
from connect_core.rest.routes import router

LOG = logging.getLogger(__name__)


class CoordinatorHost:
    """One instance of the coordinator function."""

    def __init__(self, env: Mapping[str, str], metrics: Any) -> None:
        self.env, self.metrics = env, metrics

    @cached_property
    def coordinator(self) -> Coordinator:
        """The coordinator, with its topics made if they are missing."""
        settings = function.settings(self.env)
        stores = control.Stores(settings)
        catalog = PluginCatalog()

        def kind(connector: str) -> str:
            entry = stores.configs.recent().connectors.get(connector)
            return catalog.kind(entry.config) if entry is not None else "unknown"

        dispatcher = LambdaDispatcher(
            Functions(),
            source=function.required(self.env, "CONNECTLESS_SOURCE_TASK"),
            sink=function.required(self.env, "CONNECTLESS_SINK_TASK"),
            kind=kind,
            kind_of=catalog.kind,
        )
        triggers = EventSourceMappings(trigger_settings(self.env, settings))
        return control.coordinator(settings, stores, dispatcher, triggers=triggers, mode=FUNCTIONS)

    @cached_property
    def router(self) -> Router:
        """Connect's REST API."""
        return router(self.coordinator)

    def handle(self, event: Mapping[str, Any], context: Any) -> dict[str, Any] | None:  # noqa: ARG002  Lambda's signature
        """REST, a result, or the tick."""
        from aws_lambda_powertools.metrics import MetricUnit

        begin, name = time.perf_counter(), "tick"
        answer: dict[str, Any] | None = None
        if function_url.is_http(event):
            name, answer = "rest-request", self._rest(event)
        elif "task_configs" in event:
            name = "task-configs"
            self._result(event)
        else:
            self.coordinator.tick(tick_time(event))
        self.metrics.add_metric(name=f"{name}-total", unit=MetricUnit.Count, value=1)
        elapsed = round((time.perf_counter() - begin) * 1000, 3)
        self.metrics.add_metric(name=f"{name}-time-ms", unit=MetricUnit.Milliseconds, value=elapsed)
        return answer

    def _rest(self, event: Mapping[str, Any]) -> dict[str, Any]:
        answer = function_url.handle(self.router, event)
        http = event["requestContext"]["http"]
        LOG.info("%s %s: %d", http["method"], event.get("rawPath"), answer["statusCode"])
        return answer

    def _result(self, event: Mapping[str, Any]) -> None:
        """Task configs of a connector slice; stale ones are dropped, for a newer slice is on its way."""
        try:
            self.coordinator.submit(TaskConfigs(*calls.result_of(event)))
        except Rejected as error:
            LOG.warning("Task configs of %s were not taken: %s", event["connector"], error)


def tick_time(event: Mapping[str, Any]) -> float:
    """The rule's own time (epoch seconds), so that all agree on the minute; now for an event without one."""
    text = event.get("time")
    if not isinstance(text, str):
        return time.time()
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return time.time()


def trigger_settings(env: Mapping[str, str], settings: WorkerSettings) -> TriggerSettings:
    """How event source mappings reach Kafka."""
    given = settings.properties
    window = env.get("CONNECTLESS_BATCHING_WINDOW_S", "").strip()
    return TriggerSettings(
        function=function.required(env, "CONNECTLESS_SINK_TASK"),
        bootstrap_servers=_listed(given.get("bootstrap.servers", "")),
        cluster_arn=env.get("CONNECTLESS_MSK_CLUSTER_ARN", ""),
        access=source_access(
            protocol=given.get("security.protocol", "PLAINTEXT").upper(),
            mechanism=given.get("sasl.mechanism", ""),
            secret_arn=env.get("CONNECTLESS_KAFKA_SECRET_ARN", ""),
            ca_arn=env.get("CONNECTLESS_CA_SECRET_ARN", ""),
            subnets=_listed(env.get("CONNECTLESS_SUBNETS", "")),
            groups=_listed(env.get("CONNECTLESS_SECURITY_GROUPS", "")),
        ),
        batch_size=_number("CONNECTLESS_BATCH_SIZE", env.get("CONNECTLESS_BATCH_SIZE") or "1000"),
        window_s=_number("CONNECTLESS_BATCHING_WINDOW_S", window) if window else None,
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"The environment variable {name} is {text!r}; expected a number")
    return int(text)
