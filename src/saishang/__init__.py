"""Saishang (塞上): a province's environmental action plan, made executable and explainable."""

__version__ = "0.1.0"
