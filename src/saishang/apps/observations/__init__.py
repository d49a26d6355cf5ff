"""Measurements as people see them: batches, rejects, gaps, stations."""
