"""Metric names, log context, redaction, levels. Renderers (``prometheus``, ``emf``) are imported where used."""

from connect_core.telemetry.logs import Loggers, SecretsFilter, configure, context_text, log_context
from connect_core.telemetry.metrics import METRICS, REGISTRY, Form, Meter, Metric, Registry, Sample, merged
from connect_core.telemetry.redaction import HIDDEN, redact

__all__ = [
    "HIDDEN",
    "METRICS",
    "REGISTRY",
    "Form",
    "Loggers",
    "Meter",
    "Metric",
    "Registry",
    "Sample",
    "SecretsFilter",
    "configure",
    "context_text",
    "log_context",
    "merged",
    "redact",
]
