"""Noise (声环境): levels, function zones, boundaries, grades of cities, automatic stations."""
