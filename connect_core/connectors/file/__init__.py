"""Guest: lines of a text file to Kafka and back (Kafka's FileStream connectors)."""
