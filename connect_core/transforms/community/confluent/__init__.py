"""Confluent's transforms (the plugin ``connect-transforms``), built from its public documentation alone.

There is no class of it to compare with, so docs/parity.md says which questions the documentation leaves open and how
they are answered here. Neighbours: ``jsonpath`` next door.
"""

VERSION = "1.6.0"
"""The release whose documentation these follow: https://docs.confluent.io/kafka-connectors/transforms/1.6/."""
