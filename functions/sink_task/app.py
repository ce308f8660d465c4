"""Composition root of the sink function: records that a trigger brings, or one slice with a consumer of its own."""

from __future__ import annotations

import os
from typing import Any

from connect_core.hosts import function
from connect_core.hosts.scheduled import ScheduledHost
from connect_core.hosts.triggered import TriggeredHost, is_batch

logger = function.logger()
metrics = function.metrics()
scheduled = ScheduledHost(os.environ, metrics)
triggered = TriggeredHost(lambda: scheduled.ports, metrics)


@function.traced
@metrics.log_metrics(capture_cold_start_metric=True)  # type: ignore[untyped-decorator]  # powertools ships no types for it
@logger.inject_lambda_context  # type: ignore[untyped-decorator]  # powertools ships no types for it
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver a batch, or run what the coordinator asks for."""
    return (triggered if is_batch(event) else scheduled).handle(event, context)
