"""The coordinator: what should run, who may change it, what the answer is. Public names are in the modules."""
