"""Registers (名录、台账): what a kind says about its entries; pure functions over files of `rules/registers`."""
