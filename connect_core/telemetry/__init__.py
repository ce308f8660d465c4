"""Metric names, log context, redaction, levels. Renderers (``prometheus``, ``emf``) are imported where they are used."""

from connect_core.telemetry.redaction import HIDDEN, redact

__all__ = ["HIDDEN", "redact"]
