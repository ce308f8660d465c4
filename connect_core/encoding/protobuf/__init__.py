"""Protobuf without registry or config (spec kafka-connect.md 5.7): definitions, texts, bytes, and back."""
