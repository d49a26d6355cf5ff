"""Ecology: species lists in the terms of Darwin Core, kept as a register; indices of a run are in `indicators`."""
