"""Pure functions that say what the rules mean: no Django, no files, no clock.

Numbers arrive as text, integers, decimals or floats and are computed exactly (`fractions.Fraction`); rounding comes
last. Limits, breakpoints and thresholds are arguments, built from `saishang.rules` by the `from_rules` constructors.
"""
