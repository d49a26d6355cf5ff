"""What the words of managed work mean: percent complete, reporting periods, standing. Pure; no clock, no database."""
