"""Backups of a whole site: database, lake, archive, runs, key, own rules; made while the portal is in use.

`making.backup` and `restoring.restore` are the two roads, `reading.verify` checks a backup without restoring it. What
is in one, in which order it is taken and why that order is consistent: `contents`, and
`docs/how-to/back-up-and-restore.md`.
"""
