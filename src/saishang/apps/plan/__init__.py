"""The plan: what was promised, by whom, by when."""
