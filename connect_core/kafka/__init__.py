"""Kafka clients: the only room that imports confluent_kafka. Import its modules; this one stays free of the library."""
