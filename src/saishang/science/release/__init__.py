"""Releases (突发排放): what a spill does in a river and a leak does in the air, by closed formulas; grades of events.

Quick answers for the first hour. Every result rests on assumptions that the page and the command print; none of them
replaces the models that an impact assessment asks for.
"""
