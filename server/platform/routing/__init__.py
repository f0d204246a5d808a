"""Routing: versioned rules that say over which connection something goes, and the decisions that come out of them."""
