"""A snapshot in Prometheus' text format: ``kafka_connect_<group>_<name>{connector="c",task="0"} 1.0``.

The names are those the JMX exporter gives Kafka Connect, so dashboards go on working. Neighbour: ``metrics``.
"""

from __future__ import annotations

from collections.abc import Iterable

from connect_core.telemetry.metrics import Form, Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(samples: Iterable[Sample]) -> str:
    """The exposition text, each family together, sorted by name."""
    families: dict[str, list[Sample]] = {}
    for sample in samples:
        families.setdefault(_name(sample), []).append(sample)
    lines: list[str] = []
    for name, own in sorted(families.items()):
        kind = "counter" if own[0].metric.form is Form.TOTAL else "gauge"
        lines.append(f"# HELP {name} {own[0].metric.name} of Kafka Connect's {own[0].metric.group}")
        lines.append(f"# TYPE {name} {kind}")
        lines.extend(f"{name}{_labels(sample)} {sample.value!r}" for sample in own)
    return "".join(f"{line}\n" for line in lines)


def _name(sample: Sample) -> str:
    return f"kafka_connect_{sample.metric.group}_{sample.metric.name}".replace("-", "_")


def _labels(sample: Sample) -> str:
    if not sample.labels:
        return ""
    pairs = (f'{label}="{_escaped(value)}"' for label, value in sorted(sample.labels.items()))
    return f"{{{','.join(pairs)}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
