"""The machine's own figures, for Prometheus."""
