"""Composition root of the source function: one slice of a source task, or of a source connector."""

from __future__ import annotations

import os
from typing import Any

from connect_core.hosts import function
from connect_core.hosts.scheduled import ScheduledHost

logger = function.logger()
metrics = function.metrics()
host = ScheduledHost(os.environ, metrics)


@function.traced
@metrics.log_metrics(capture_cold_start_metric=True)  # type: ignore[untyped-decorator]  # powertools ships no types for it
@logger.inject_lambda_context  # type: ignore[untyped-decorator]  # powertools ships no types for it
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run what the coordinator asks for."""
    return host.handle(event, context)
