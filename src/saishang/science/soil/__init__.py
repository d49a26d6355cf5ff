"""Soil (土壤): farmland and development land by their standards, safe use, and the admission of plots."""
