"""Written by `corridor gen`; never edited."""
