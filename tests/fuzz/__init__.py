"""Differential fuzz against the real Java classes: ``make fuzz N=100000 SEED=7``."""
