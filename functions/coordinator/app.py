"""Composition root of the coordinator function: REST behind the function URL, the tick, results of connectors."""

from __future__ import annotations

import os
from typing import Any

from connect_core.hosts import function
from connect_core.hosts.coordinator import CoordinatorHost

logger = function.logger()
metrics = function.metrics()
host = CoordinatorHost(os.environ, metrics)


@function.traced
@metrics.log_metrics(capture_cold_start_metric=True)  # type: ignore[untyped-decorator]  # powertools ships no types for it
@logger.inject_lambda_context  # type: ignore[untyped-decorator]  # powertools ships no types for it
def handler(event: dict[str, Any], context: Any) -> dict[str, Any] | None:
    """Answer, tick, or take a result."""
    return host.handle(event, context)
