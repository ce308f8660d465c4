"""Declaring, parsing, validating and rendering configuration. Public names are re-exported here."""

from connect_core.config.key import HIGH, LOW, MEDIUM, Class, KeySpec, Long, Password, Short, Width, key

__all__ = ["HIGH", "LOW", "MEDIUM", "Class", "KeySpec", "Long", "Password", "Short", "Width", "key"]
