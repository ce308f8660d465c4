"""The S3 sink. Import the connector from ``sink``."""
