"""Registers (名录、台账): entries with a life, by kinds that are data."""
