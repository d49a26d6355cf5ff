"""Suspicious data (可疑数据线索): signals of falsified or broken measurement, one module a signal.

Every signal gives leads, never verdicts: where to look, how unlikely it would be by chance, and which harmless causes
come into question. What the signals assume and how well they find planted cases: `docs/explanation/suspicion.md`.
"""
