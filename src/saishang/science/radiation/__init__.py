"""Radiation (辐射): electromagnetic limits and sums, radioactive sources, alarms against a station's own background."""
