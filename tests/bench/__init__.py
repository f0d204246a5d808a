"""How far Corridor is from the limit of the machine: ratios, each measured side by side in one run."""
