"""``java.text.SimpleDateFormat``: the date patterns of Kafka Connect's configs.

``format`` writes and reads by a pattern, with ``pattern`` (its pieces), ``parse`` and ``resolve`` (from text to a
moment), ``short_cut`` (the usual patterns, faster) and ``zones``. Neighbour: ``java.calendar``.
"""

from connect_core.java.dates.format import DateFormat

__all__ = ["DateFormat"]
