"""LocalStack plugins: Lambda functions as plain processes, and Kafka event source mappings served from a real broker.

Installed into LocalStack's own environment, never into the project's. `connect_core.local` is on its path for the one
implementation of the Lambda Runtime API; nothing else of the project is imported here.
"""

__version__ = "0.1.0"
