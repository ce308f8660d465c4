"""CloudWatch's embedded metric format: a snapshot as JSON log lines, one per group and set of labels.

CloudWatch reads metrics from such lines; no call, no client. Neighbour: ``metrics``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from connect_core.telemetry.metrics import Form, Sample

NAMESPACE = "kafka.connect"
_MOST_METRICS = 100  # CloudWatch's limit per line


def render(samples: Iterable[Sample], *, timestamp_ms: int, namespace: str = NAMESPACE) -> list[str]:
    """JSON texts without line ends; dimensions are the labels plus the metric group (``type``)."""
    grouped: dict[tuple[str, tuple[tuple[str, str], ...]], list[Sample]] = {}
    for sample in samples:
        place = (sample.metric.group, tuple(sorted(sample.labels.items())))
        grouped.setdefault(place, []).append(sample)
    lines: list[str] = []
    for (group, labels), own in grouped.items():
        parts = (own[start : start + _MOST_METRICS] for start in range(0, len(own), _MOST_METRICS))
        lines.extend(_line(group, dict(labels), part, timestamp_ms, namespace) for part in parts)
    return lines


def _line(group: str, labels: dict[str, str], samples: list[Sample], timestamp_ms: int, namespace: str) -> str:
    dimensions = {"type": group, **labels}
    metrics = [{"Name": sample.metric.name, "Unit": _unit(sample)} for sample in samples]
    directive = {"Namespace": namespace, "Dimensions": [list(dimensions)], "Metrics": metrics}
    document = {
        "_aws": {"Timestamp": timestamp_ms, "CloudWatchMetrics": [directive]},
        **dimensions,
        **{sample.metric.name: sample.value for sample in samples},
    }
    return json.dumps(document, separators=(",", ":"))


def _unit(sample: Sample) -> str:
    if sample.metric.name.endswith("-time-ms"):
        return "Milliseconds"
    return "Count" if sample.metric.form is Form.TOTAL else "None"
