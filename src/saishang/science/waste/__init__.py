"""Solid waste (固体废物): rates, balances, zero-waste indicators, hazardous-waste manifests, new pollutants."""
