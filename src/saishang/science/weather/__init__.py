"""Weather or policy: what of a change in the air the weather explains, and what is left (pure functions)."""
