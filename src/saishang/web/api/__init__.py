"""The interface for other programmes: registers as JSON, CSV and GeoJSON, OGC API - Features, open data."""
