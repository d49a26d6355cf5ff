"""The plan: what was promised, who owes it, by when."""
