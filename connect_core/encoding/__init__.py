"""Schemas compiled to encoders and decoders; no registry, no config. One subpackage or module per format."""
