"""Groundwater (地下水): classes of GB/T 14848, shares of points, trend per well."""
