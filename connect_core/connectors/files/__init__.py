"""Library for file-like targets (object stores, file systems): keys, partitioners, formats, rotation. No connector."""
