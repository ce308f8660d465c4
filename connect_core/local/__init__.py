"""Real servers for a laptop: Kafka, Kafka Connect, MariaDB, PostgreSQL, S3, each a context manager (extra ``[local]``).

No Docker, no root, no system Java: everything comes from package registries and is cached per user. Every server takes
free ports unless told otherwise, keeps its data in a given or a temporary directory, and never outlives its starter.
Only ``cli``, ``demo``, ``testing`` and the tests import this room; it imports only ``errors``.
"""
