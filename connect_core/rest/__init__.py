"""Kafka Connect's REST API: one framework-neutral route table, two thin adapters."""
