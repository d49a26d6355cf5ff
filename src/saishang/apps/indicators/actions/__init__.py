"""Changes of state of indicators and runs."""
