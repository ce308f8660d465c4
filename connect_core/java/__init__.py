"""Java's rules in Python (spec kafka-connect.md 13): number texts, hash order, .properties, date patterns,
regular expressions. Stdlib only.
"""
