"""What several functions share."""

WHO = "the layer"
