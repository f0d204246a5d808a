"""What things mean: one folder per domain, with the same file names in each."""
