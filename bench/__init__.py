"""Benchmarks beside the raw client in the same run: ``python -m bench [name ...]``. Compare only figures of one run."""
