"""What the rest of the year must look like: averages and polluted days that a target still affords, and what cost most.

Pure and exact: sums of valid days and the calendar in, Fractions out, rounded once (GB/T 8170).
"""
