"""Readers: from the bytes of a file to rows of the observations table, with a reason for every cell not taken."""
