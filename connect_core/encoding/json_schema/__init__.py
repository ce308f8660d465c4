"""JSON Schema (spec kafka-connect.md 5.8) without registry or config: Connect schemas as JSON Schema text and back."""
