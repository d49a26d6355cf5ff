"""Kinds of jobs of the registers."""

from saishang.apps.registers.upkeep import COMPACT, SUMS

__all__ = ["COMPACT", "SUMS"]
