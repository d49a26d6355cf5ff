"""Ambient air (环境空气): GB 3095, HJ 633, HJ 663 and the ranking and sand-dust rules, as pure functions.

One idea per module; single calculations here, the same rules over whole networks in the `series` modules.
Concentrations are in µg/m³, CO in mg/m³, unless a docstring says otherwise.
"""
