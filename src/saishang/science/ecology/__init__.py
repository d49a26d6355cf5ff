"""Ecology (生态): indices, ecosystem functions, degraded land, species, invasions.

Figures that are arithmetic stay exact; where a formula has a logarithm or an exponential, results are doubles.
"""
