"""A schema registry for tests: a real HTTP server that answers as Confluent's does."""

from tests.registry.server import Answer, Delay, Drop, Registry

__all__ = ["Answer", "Delay", "Drop", "Registry"]
