"""Indicators and targets: where does each promise stand?"""
