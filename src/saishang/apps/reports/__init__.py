"""Reports (报告): official Word documents in the layout of GB/T 9704-2012, and the annual report made of data."""
