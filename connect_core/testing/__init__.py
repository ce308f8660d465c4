"""Conformance suites for connectors (extra ``testing``): what the runner relies on, as tests to inherit.

``class TestMine(SourceSuite)`` or ``(SinkSuite)``, the connector, a config and how to seed or read back the outside
system; everything else is here. Only tests import this room.
"""

import pytest

pytest.register_assert_rewrite(
    "connect_core.testing.config_suite", "connect_core.testing.source_suite", "connect_core.testing.sink_suite"
)

from connect_core.testing.contexts import MemorySinkContext, MemorySourceContext  # noqa: E402 - after the rewrite
from connect_core.testing.sink_suite import SinkSuite  # noqa: E402
from connect_core.testing.source_suite import SourceSuite  # noqa: E402

__all__ = ["MemorySinkContext", "MemorySourceContext", "SinkSuite", "SourceSuite"]
