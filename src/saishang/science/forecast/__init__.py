"""Will a target be met? Bands and probabilities from short series, with back-tests that decide whether to speak at all.

Deterministic: every draw comes from the seed of the rules and the name of the series.
"""
