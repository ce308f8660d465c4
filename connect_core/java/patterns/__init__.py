"""``java.util.regex``: patterns of Kafka Connect's configs with Java's meaning, by Python's ``re``.

``parse`` reads a pattern into ``nodes`` with ``brackets``, ``escapes``, ``classes``, ``sets`` and ``behind``, over a
``text`` that knows where it stands; ``pattern`` writes the nodes for ``re`` and matches.
"""

from connect_core.java.patterns.pattern import NoSuchGroup, Pattern
from connect_core.java.patterns.text import PatternError

__all__ = ["NoSuchGroup", "Pattern", "PatternError"]
