"""The author's kit: commands below `corridor adapter` to write an adapter, try it, record it and watch its vendor."""
