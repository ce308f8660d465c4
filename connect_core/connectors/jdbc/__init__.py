"""JDBC source and sink on Python drivers; the classes are found through ``plugins`` by their Java names."""
