"""Climate (气候): drought indices, cold and heat waves, heavy rain, signals; pure functions over series of days.

Distributions and quantiles are transcendental, so figures here are doubles; grades, counts and thresholds are exact.
"""
