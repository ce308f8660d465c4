"""The connectors of the demo as the JSON a user would post."""

from __future__ import annotations

from typing import Any

from connect_core.demo.shop import Database

SOURCE = "io.confluent.connect.jdbc.JdbcSourceConnector"
SINK = "io.confluent.connect.jdbc.JdbcSinkConnector"
ORDERS_TOPIC = "shop-orders"
STATUS_TOPIC = "order-status-update-status"


def orders_source(database: Database) -> dict[str, Any]:
    """New orders, by their growing id."""
    return {
        "name": "jdbc_source_orders",
        "config": {
            "connector.class": SOURCE,
            **database.jdbc(),
            "table.whitelist": "orders",
            "mode": "incrementing",
            "incrementing.column.name": "id",
            "topic.prefix": "shop-",
            "poll.interval.ms": "500",
        },
    }


def orders_sink(database: Database) -> dict[str, Any]:
    """Orders into the CRM's own table."""
    return {
        "name": "jdbc_sink_orders",
        "config": {
            "connector.class": SINK,
            **database.jdbc(),
            "topics": ORDERS_TOPIC,
            "table.name.format": "crm_orders",
        },
    }


def status_source(database: Database) -> dict[str, Any]:
    """Status changes, by their timestamp."""
    return {
        "name": "jdbc_source_status",
        "config": {
            "connector.class": SOURCE,
            **database.jdbc(),
            "table.whitelist": "status",
            "mode": "timestamp",
            "timestamp.column.name": "last_updated",
            "validate.non.null": False,
            "topic.prefix": "order-status-update-",
            "poll.interval.ms": "500",
        },
    }


def status_sink(database: Database) -> dict[str, Any]:
    """The latest status of each order into the CRM."""
    return {
        "name": "jdbc_sink_status",
        "config": {
            "connector.class": SINK,
            **database.jdbc(),
            "topics": STATUS_TOPIC,
            "table.name.format": "crm_status",
            "insert.mode": "upsert",
            "pk.mode": "record_value",
            "pk.fields": "order_id",
        },
    }


def orders_archive(endpoint_url: str, bucket: str, *, access_key: str, secret_key: str) -> dict[str, Any]:
    """The same orders as objects in a bucket."""
    return {
        "name": "s3_sink_orders",
        "config": {
            "connector.class": "io.confluent.connect.s3.S3SinkConnector",
            "topics": ORDERS_TOPIC,
            "s3.bucket.name": bucket,
            "s3.region": "us-east-1",
            "store.url": endpoint_url,
            "aws.access.key.id": access_key,
            "aws.secret.access.key": secret_key,
            "storage.class": "io.confluent.connect.s3.storage.S3Storage",
            "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
            "flush.size": "500",
            "rotate.schedule.interval.ms": "2000",
            "timezone": "UTC",
        },
    }
