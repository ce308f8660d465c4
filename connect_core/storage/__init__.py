"""The three topics of Connect: codecs, pure folds and stores that satisfy the ports of ``runtime`` by their shape."""
